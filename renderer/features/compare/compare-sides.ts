import { formatBytes } from '../../../shared/format/bytes.ts';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { orderTags } from '../../ui/tag-order.ts';
import { vmTitle } from '../local/vm-title.ts';
import { imageName } from './compare-start.ts';

/** Something that can be a side of a comparison. */
export interface SideChoice {
  /** Unique. */
  readonly key: string;
  readonly name: ComparedName;
  /** `VM name`, or `host/repository:tag`. */
  readonly title: string;
  /** Size, where it is known. */
  readonly note: string;
}

/** The key of a side. */
export function keyOfSide({ kind, name }: ComparedName): string {
  return `${kind} ${name}`;
}

/** Everything that can be compared: VMs and cached images, then images of registries, each tag. */
export function sideChoices(vms: readonly Vm[], registries: readonly Registry[]): SideChoice[] {
  const choice = (name: ComparedName, title: string, bytes: number | null): SideChoice => ({
    key: keyOfSide(name),
    name,
    title,
    note: bytes === null ? '' : formatBytes(bytes),
  });
  return [
    ...vms
      .filter(({ defect }) => defect === null)
      .map((vm) => choice({ kind: 'vm', name: vm.id }, vmTitle(vm), vm.sizes?.logical ?? null)),
    ...registries.flatMap(({ host, repositories }) =>
      repositories.flatMap(({ repository, groups }) =>
        groups
          // Other images have no disk in chunks.
          .filter(({ kind }) => kind === null || kind === 'tart')
          .flatMap((group) =>
            orderTags(group.tags).map((tag) => {
              const name = imageName(host, repository, { digest: group.digest, tags: [tag] });
              return choice(name, name.name, group.size);
            }),
          ),
      ),
    ),
  ];
}
