import type { Vm } from '../../../shared/models/vm.ts';
import { imagePlace } from '../local/vm-title.ts';
import { repositoryOf } from '../push/target-suggestions.ts';
import type { DropTarget } from './drop-target.ts';

/** What stands in the target field of the push of a VM that was dropped there; what is missing is asked for there. */
export function pushedReferences(vm: Vm, { host, repository, tags }: DropTarget): readonly string[] {
  const usual = vm.kind === 'image' ? imagePlace(vm).repository : (repositoryOf(vm.name) ?? '');
  const name = `${host}/${repository ?? usual}`;
  return tags.length === 0 ? [name] : tags.map((tag) => `${name}:${tag}`);
}
