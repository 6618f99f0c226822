import type { Vm } from '../../../shared/models/vm.ts';

/** The name as a person knows it: a cached image by its first tag, else by its digest. */
export function vmTitle(vm: Vm): string {
  if (vm.kind === 'vm') return vm.name;
  return `${vm.name}${imageEnd(vm)}`;
}

/** `:tag` of a cached image, else `@` and its digest. */
export function imageEnd(vm: Vm): string {
  const [tag] = vm.tags;
  return tag === undefined ? `@${vm.digest ?? ''}` : `:${tag}`;
}

/** Host and repository of a cached image. */
export function imagePlace(vm: Vm): { readonly host: string; readonly repository: string } {
  const slash = vm.name.indexOf('/');
  return { host: vm.name.slice(0, slash), repository: vm.name.slice(slash + 1) };
}
