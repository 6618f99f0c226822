import type { Registry } from '../../../shared/models/registry.ts';

/** How Tart pulls an image; plain http has to be said. */
export function pullCommand({ insecure, thisComputer }: Registry, reference: string): string {
  return `tart pull ${reference}${insecure || thisComputer ? ' --insecure' : ''}`;
}
