import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  formatLayoutReference,
  parseImageLocation,
  parseLayoutReference,
} from '../../../shared/models/image-location.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import { isDigest, referenceFault } from '../../../shared/models/reference.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import type { VmList } from '../../../shared/models/vm.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';

/** Options that `tartan plan` and `tartan push` share; names as Tart has them. */
export interface PushOptions extends CommonOptions {
  readonly insecure?: boolean;
  readonly concurrency?: number;
  /** Decimal megabytes. */
  readonly chunkSize?: number;
  readonly label?: readonly string[];
  readonly verify?: boolean;
  readonly force?: boolean;
  readonly newManifest?: boolean;
  readonly populateCache?: boolean;
  readonly keepLocal?: boolean;
  /** True = everything. */
  readonly sendAgain?: true | readonly string[];
  readonly wait?: boolean;
}

/** Parses a whole number of a range for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is expected.`);
    }
    return value;
  };
}

/** Collects `k=v` for commander. */
export function labelOption(text: string, earlier: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('A label has the form key=value.');
  return [...earlier, text];
}

/** Collects packed digests for commander; once everything is asked for, it stays so. */
export function digestOption(text: string, earlier?: true | readonly string[]): true | readonly string[] {
  if (!isDigest(text)) throw new InvalidArgumentError('A digest has the form sha256:….');
  return earlier === true ? true : [...(earlier ?? []), text];
}

/** The id of the VM or cached image that a name on the command line means: names with a slash are cached images, as for Tart. */
export function findVm(list: VmList, name: string): string {
  const id = vmNamed(list, name);
  if (id === null) throw new AppError('vm.notFound', { name, tartHome: list.tartHome });
  return id;
}

/** As {@link findVm}; null where nothing is called so. */
export function vmNamed(list: VmList, name: string): string | null {
  for (const vm of list.vms) {
    // The name that the window copies: one of the person's own may be called as the sample is.
    if (vm.id === SAMPLE_VM_ID && name === SAMPLE_VM_ID) return vm.id;
    if (vm.kind === 'vm' ? vm.name === name : vm.tags.some((tag) => `${vm.name}:${tag}` === name)) return vm.id;
    if (
      vm.kind === 'image' &&
      (`${vm.name}@${vm.digest ?? ''}` === name || (vm.name === name && vm.tags.includes('latest')))
    ) {
      return vm.id;
    }
  }
  return null;
}

/** A reference as typed; the folder of an image layout is found from the current folder. @throws AppError `reference.invalid` */
export function fromHere(reference: string): string {
  const location = parseImageLocation(reference);
  if (location.kind === 'registry') return reference;
  const layout = { ...location.layout, folder: resolve(location.layout.folder) };
  const absolute = formatLayoutReference(layout);
  // A colon in the current folder's own path would end the folder there.
  if (parseLayoutReference(absolute).folder !== layout.folder) return referenceFault(absolute, 'oci:'.length, 'folder');
  return absolute;
}

/** The request that the command line describes. */
export async function pushRequestOf(
  context: CommandContext,
  name: string,
  references: readonly string[],
  options: PushOptions,
): Promise<PushRequest> {
  // What does not parse is said before anything is looked for.
  const targets = references.map(fromHere);
  // Cached images, whose names have slashes, need no lock.
  if (!name.includes('/')) context.expectLock();
  const list = await call(context, 'vms.list', null);
  const labels: Record<string, string> = {};
  for (const label of options.label ?? []) {
    const at = label.indexOf('=');
    labels[label.slice(0, at)] = label.slice(at + 1);
  }
  const vmId = findVm(list, name);
  if (list.vms.find(({ id }) => id === vmId)?.state === 'suspended') {
    context.terminal.note(`${name} is suspended: the image gets its disk as it is, without its saved memory.`);
  }
  return {
    vmId,
    references: targets,
    insecure: options.insecure === true,
    concurrency: options.concurrency ?? null,
    pieceSize: options.chunkSize === undefined || options.chunkSize === 0 ? null : options.chunkSize * 1_000_000,
    labels,
    verify: options.verify === true,
    force: options.force === true,
    newManifest: options.newManifest === true,
    populateCache: options.populateCache === true,
    keepLocal: options.keepLocal === true,
    ...(options.sendAgain === undefined
      ? {}
      : { sendAgain: options.sendAgain === true ? 'all' : [...options.sendAgain] }),
    // A build machine has nobody to sign in or to mend the network: it ends with the code unless told to stay.
    whenStuck: options.wait === true ? 'wait' : 'fail',
  };
}
