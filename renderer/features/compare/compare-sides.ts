import { formatBytes } from '../../../shared/format/bytes.ts';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
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

/** What a choice says besides names and sizes. */
export interface ChoiceWords {
  /** Names a snapshot. */
  readonly snapshot: (snapshot: Snapshot) => string;
  /** Size of an image in Tart's cache; empty where it is not known. */
  readonly cached: (size: string) => string;
}

/** Everything that can be compared: VMs with their snapshots and cached images, then images of registries, each tag. */
export function sideChoices(
  vms: readonly Vm[],
  snapshots: readonly Snapshot[],
  registries: readonly Registry[],
  words: ChoiceWords,
): SideChoice[] {
  const choice = (name: ComparedName, title: string, note: string): SideChoice => ({
    key: keyOfSide(name),
    name,
    title,
    note,
  });
  const size = (bytes: number | null): string => (bytes === null ? '' : formatBytes(bytes));
  const ofSnapshot = (snapshot: Snapshot): SideChoice =>
    choice({ kind: 'snapshot', name: snapshot.id }, words.snapshot(snapshot), size(snapshot.rawSize));
  const there = vms.filter(({ defect }) => defect === null);
  const ids = new Set(there.map(({ id }) => id));
  return [
    ...there.flatMap((vm) => {
      const bytes = size(vm.sizes?.logical ?? null);
      const note = vm.kind === 'image' ? words.cached(bytes) : bytes;
      return [
        choice({ kind: 'vm', name: vm.id }, vmTitle(vm), note),
        ...snapshots.filter(({ vmId }) => vmId === vm.id).map(ofSnapshot),
      ];
    }),
    // Of VMs that have another name by now, or are gone.
    ...snapshots.filter(({ vmId }) => !ids.has(vmId)).map(ofSnapshot),
    ...registries.flatMap(({ host, repositories }) =>
      repositories.flatMap(({ repository, groups }) =>
        groups
          // Other images have no disk in chunks.
          .filter(({ kind }) => kind === null || kind === 'tart')
          .flatMap((group) =>
            orderTags(group.tags).map((tag) => {
              const name = imageName(host, repository, { digest: group.digest, tags: [tag] });
              return choice(name, name.name, size(group.size));
            }),
          ),
      ),
    ),
  ];
}
