import { shownName } from '../../../shared/format/shown-name.ts';
import type { Vm } from '../../../shared/models/vm.ts';

/**
 * The name as a person knows it: a cached image by its first tag, else by its digest; a folder of the cache that cannot be
 * read by what is known of it.
 */
export function vmTitle(vm: Vm): string {
  if (vm.kind === 'vm') return shownName(vm.name);
  return vm.name === '' ? vm.folder : `${vm.name}${imageEnd(vm)}`;
}

/** `:tag` of a cached image, else `@` and its digest; nothing where neither is known. */
export function imageEnd({ tags, digest }: Pick<Vm, 'tags' | 'digest'>): string {
  const [tag] = tags;
  if (tag !== undefined) return `:${tag}`;
  return digest === null ? '' : `@${digest}`;
}

/** Host and repository of a cached image; empty where the folder that cannot be read lies above them. */
export function imagePlace({ name }: Pick<Vm, 'name'>): { readonly host: string; readonly repository: string } {
  const slash = name.indexOf('/');
  if (slash < 0) return { host: name, repository: '' };
  return { host: name.slice(0, slash), repository: name.slice(slash + 1) };
}
