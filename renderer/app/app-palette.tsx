import {
  ArrowDownUp,
  ChartColumn,
  GitCompare,
  PanelBottomOpen,
  PanelLeft,
  PanelRight,
  Play,
  Plus,
  Server,
  Settings as SettingsIcon,
  SlidersHorizontal,
} from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../shared/models/registry.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { copyTo } from '../features/copy/copy-start.ts';
import { useVmCommands } from '../features/local/use-vm-commands.ts';
import { vmTitle } from '../features/local/vm-title.ts';
import { Palette } from '../features/palette/palette.tsx';
import type { PaletteActs } from '../features/palette/palette-items.ts';
import { rowOfSelection } from '../features/registries/tree-rows.ts';
import { useRegistryCommands } from '../features/registries/use-registry-commands.ts';
import type { TagReadings } from '../features/registries/use-tag-reading.ts';
import { SETTINGS_SECTIONS, type SettingsSection } from '../features/settings/settings-screen.tsx';
import type { TreeSelection } from '../state/tree-selection.ts';
import type { MenuCommand, MenuGroups } from '../ui/context-menu.tsx';
import { IS_MAC, type Shortcut, shortcutWords } from '../ui/shortcut.ts';
import type { Commands } from './use-commands.ts';

/** See {@link AppPalette}. */
export interface AppPaletteProps extends Omit<PaletteActs, 'copyTo'> {
  readonly vms: readonly Vm[];
  readonly registries: readonly Registry[];
  /** What is selected: a VM, or something of the tree of registries. */
  readonly selected: Vm | TreeSelection | null;
  readonly readings: TagReadings;
  /** The commands of the registry of this computer. */
  readonly ownCommands: () => MenuGroups;
  readonly onRemoveRegistry: (host: string) => void;
  readonly commands: Commands;
  readonly onAddRegistry: () => void;
  readonly onSettings: (section: SettingsSection) => void;
  readonly onClose: () => void;
}

/** Commands of the menu bar that the palette has as well, with their keys. */
const BAR = [
  ['focusLocal', PanelLeft, { key: '1' }],
  ['focusRegistries', Server, { key: '2' }],
  ['focusDetail', PanelRight, { key: '3' }],
  ['savings', ChartColumn, { key: '4' }],
  ['compare', GitCompare, { key: '5' }],
  ['toggleLocal', PanelLeft, { key: '1', alt: true }],
  ['toggleDrawer', PanelBottomOpen, { key: 'J' }],
  ['settings', SettingsIcon, { key: ',' }],
  ['tryIt', Play, null],
] as const satisfies readonly (readonly [keyof Commands, typeof ArrowDownUp, Shortcut | null])[];

/** The palette over all that the window has: what is selected, what is listed, and the window's own commands. */
export function AppPalette(props: AppPaletteProps): ReactElement {
  const { vms, registries, selected, commands, onAddRegistry, onSettings, onClose } = props;
  const { readings, ownCommands, onRemoveRegistry } = props;
  const { push, showVm, showInTree } = props;
  const { t } = useTranslation('palette');
  const { t: store } = useTranslation('store');
  const { t: settings } = useTranslation('settings');
  const vmCommands = useVmCommands(push);
  const rowCommands = useRegistryCommands(readings, ownCommands, onRemoveRegistry);
  const row = selected !== null && 'registry' in selected ? rowOfSelection(selected) : null;
  const vm = selected !== null && 'id' in selected ? selected : null;
  // What the palette found stays as it was found while it is open: a list that shifts under the pointer is no list.
  const sources = useMemo(
    () => ({
      vms,
      registries,
      ownName: store('name'),
      selection: vm !== null ? vmCommands(vm) : row !== null ? rowCommands(row) : [],
      selected: vm !== null ? vmTitle(vm) : (row?.name ?? ''),
      commands: [
        { id: 'addRegistry', label: t('command.addRegistry'), icon: Plus, act: onAddRegistry },
        ...BAR.map(
          ([id, icon, shortcut]): MenuCommand => ({
            id,
            label: t(`command.${id}`),
            icon,
            ...(shortcut === null ? {} : { shortcut: shortcutWords(shortcut, IS_MAC) }),
            act: commands[id],
          }),
        ),
        ...SETTINGS_SECTIONS.map((section) => ({
          id: `settings ${section}`,
          label: t('command.settingsOf', { section: settings(`section.${section}`) }),
          icon: SlidersHorizontal,
          act: () => onSettings(section),
        })),
      ],
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [vms, registries],
  );
  // They act on the window as it is when they are called.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const acts = useMemo(() => ({ push, showVm, showInTree, copyTo }), []);
  return <Palette sources={sources} acts={acts} onClose={onClose} />;
}
