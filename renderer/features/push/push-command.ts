import type { PushRequest } from '../../../shared/contract/methods.ts';
import type { Vm } from '../../../shared/models/vm.ts';

/** What stands unquoted in every shell that is common on macOS and Linux. */
const PLAIN = /^[A-Za-z0-9_./:@%+=-]+$/;

/** Quotes one word for a POSIX shell. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The name by which the command line takes a VM: a cached image goes by its reference. */
export function commandName(vm: Vm): string {
  if (vm.kind === 'vm') return vm.name;
  const tag = vm.tags[0];
  if (tag !== undefined) return `${vm.name}:${tag}`;
  return vm.digest === null ? vm.name : `${vm.name}@${vm.digest}`;
}

/** The command that does the same push in a terminal. */
export function pushCommand(name: string, request: Omit<PushRequest, 'vmId'>): string {
  const words = ['tartan', 'push', name, ...request.references];
  if (request.insecure) words.push('--insecure');
  if (request.concurrency !== null) words.push('--concurrency', String(request.concurrency));
  if (request.pieceSize !== null) words.push('--chunk-size', String(request.pieceSize / 1_000_000));
  for (const [key, value] of Object.entries(request.labels)) words.push('--label', `${key}=${value}`);
  if (request.verify) words.push('--verify');
  if (request.force) words.push('--force');
  return words.map(shellWord).join(' ');
}
