import { createHash } from 'node:crypto';

/** `sha256:<64 hex>` of what a registry sent. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
