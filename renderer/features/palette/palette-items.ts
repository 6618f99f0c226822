import type { LucideIcon } from 'lucide-react';
import { Box, Package, Power, Server, Tag } from 'lucide-react';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { registryKey } from '../../state/tree-selection.ts';
import type { MenuCommand, MenuGroups } from '../../ui/context-menu.tsx';
import { groupCargo, type ImageCargo, repositoryCargo } from '../drag/cargo.ts';
import { vmTitle } from '../local/vm-title.ts';
import { repositoryKey, tagsOf } from '../registries/tree-rows.ts';
import type { Findable } from './palette-search.ts';

/** The groups of the palette in their order. */
export const PALETTE_GROUPS = ['selection', 'images', 'registries', 'repositories', 'tags', 'commands'] as const;

/** See {@link PALETTE_GROUPS}. */
export type PaletteGroup = (typeof PALETTE_GROUPS)[number];

/** A row of the palette. */
export interface PaletteItem extends Findable {
  /** Unique within its group. */
  readonly id: string;
  readonly icon: LucideIcon;
  readonly shortcut: string | undefined;
  /** Enter. */
  readonly act: () => void;
  /** ⌘↩: what is done most with such a thing; null = nothing. */
  readonly second: { readonly verb: 'push' | 'copyTo'; readonly act: () => void } | null;
}

/** What rows do. */
export interface PaletteActs {
  readonly showVm: (vm: Vm) => void;
  readonly push: (vm: Vm) => void;
  readonly showInTree: (key: string) => void;
  readonly copyTo: (cargo: ImageCargo) => void;
}

/** What the window has that can be found. */
export interface PaletteSources {
  readonly vms: readonly Vm[];
  readonly registries: readonly Registry[];
  /** What the registry of this computer is called. */
  readonly ownName: string;
  /** Commands of what is selected. */
  readonly selection: MenuGroups;
  /** The name of what is selected. */
  readonly selected: string;
  /** Commands of the window. */
  readonly commands: readonly MenuCommand[];
}

/** Everything that can be found, group by group. */
export function paletteItems(
  sources: PaletteSources,
  acts: PaletteActs,
): Readonly<Record<PaletteGroup, readonly PaletteItem[]>> {
  const { vms, registries, ownName, selection, commands } = sources;
  const repositories = registries.flatMap((registry) =>
    registry.repositories.map((repository) => ({
      registry,
      repository,
      name: repositoryKey(registry.host, repository.repository),
    })),
  );
  return {
    selection: selection.flat().map((command) => commandItem(command)),
    images: vms.map((vm) => vmItem(vm, acts)),
    registries: registries.map((registry) => ({
      id: registryKey(registry),
      label: registry.thisComputer ? ownName : registry.host,
      more: '',
      icon: Server,
      shortcut: undefined,
      act: () => acts.showInTree(registryKey(registry)),
      second: null,
    })),
    repositories: repositories.map(({ registry, repository, name }) => ({
      id: name,
      label: repository.repository,
      more: registry.host,
      icon: Package,
      shortcut: undefined,
      act: () => acts.showInTree(name),
      second: { verb: 'copyTo', act: () => acts.copyTo(repositoryCargo(registry.host, repository)) },
    })),
    tags: repositories.flatMap(({ registry, repository, name }) =>
      repository.groups.flatMap((group) =>
        tagsOf(group).map(
          (tag): PaletteItem => ({
            id: `${name}:${tag}`,
            label: tag,
            more: `${name} ${shortDigest(group.digest)}`,
            icon: Tag,
            shortcut: undefined,
            act: () => acts.showInTree(`${name}@${group.digest}`),
            second: {
              verb: 'copyTo',
              act: () => acts.copyTo(groupCargo(registry.host, repository.repository, group, [tag])),
            },
          }),
        ),
      ),
    ),
    commands: commands.map((command) => commandItem(command)),
  };
}

function commandItem({ id, label, icon, shortcut, act }: MenuCommand): PaletteItem {
  return { id, label, more: '', icon, shortcut, act, second: null };
}

function vmItem(vm: Vm, acts: PaletteActs): PaletteItem {
  return {
    id: vm.id,
    label: vmTitle(vm),
    more: vm.tags.slice(1).join(' '),
    icon: vm.kind === 'vm' ? Power : Box,
    shortcut: undefined,
    act: () => acts.showVm(vm),
    second: vm.defect === null ? { verb: 'push', act: () => acts.push(vm) } : null,
  };
}
