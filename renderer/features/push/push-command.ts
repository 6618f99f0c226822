import type { PushRequest } from '../../../shared/models/push-request.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import type { Vm } from '../../../shared/models/vm.ts';

/** What stands unquoted in every shell that is common on macOS and Linux. */
const PLAIN = /^[A-Za-z0-9_./:@%+=-]+$/;

/** Quotes one word for a POSIX shell. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The name by which the command line takes a VM: a cached image goes by its reference, the sample VM by its id, because a VM
 * of the person's own may have its name.
 */
export function commandName(vm: Vm): string {
  if (vm.id === SAMPLE_VM_ID) return vm.id;
  if (vm.kind === 'vm') return vm.name;
  const tag = vm.tags[0];
  if (tag !== undefined) return `${vm.name}:${tag}`;
  return vm.digest === null ? vm.name : `${vm.name}@${vm.digest}`;
}

/** The command that does the same push in a terminal. */
export function pushCommand(name: string, request: Omit<PushRequest, 'vmId'>): string {
  const options: string[] = [];
  if (request.insecure) options.push('--insecure');
  if (request.concurrency !== null) options.push('--concurrency', String(request.concurrency));
  if (request.pieceSize !== null) options.push('--chunk-size', String(request.pieceSize / 1_000_000));
  for (const [key, value] of Object.entries(request.labels)) options.push('--label', `${key}=${value}`);
  if (request.verify) options.push('--verify');
  if (request.force) options.push('--force');
  if (request.newManifest === true) options.push('--new-manifest');
  if (request.populateCache === true) options.push('--populate-cache');
  if (request.keepLocal === true) options.push('--keep-local');
  // Last: what follows the bare option would be taken for a digest.
  if (request.sendAgain === 'all') options.push('--send-again');
  else for (const digest of request.sendAgain ?? []) options.push('--send-again', digest);
  const named = [name, ...request.references];
  // A VM's name that looks like an option stands behind the end of the options.
  const words = name.startsWith('-') ? [...options, '--', ...named] : [...named, ...options];
  return ['tartan', 'push', ...words].map(shellWord).join(' ');
}
