import type { RefObject } from 'react';
import { flushSync } from 'react-dom';
import { SAMPLE_VM_ID } from '../../shared/models/sample.ts';
import { compareImages } from '../features/compare/compare-start.ts';
import { copyTo } from '../features/copy/copy-start.ts';
import { cargoOfSelection } from '../features/drag/selected-cargo.ts';
import type { Sample } from '../features/first-run/use-sample.ts';
import type { TreeHandle } from '../ui/tree-list.tsx';
import { focusPane } from './panes/focus-pane.ts';
import { folded } from './panes/pane-layout.ts';
import type { PaneArrangement } from './panes/panes.tsx';
import { type Commands, useCommands } from './use-commands.ts';
import type { Drawer } from './use-drawer.ts';
import type { ShownSelection } from './use-selection.ts';
import type { ShownScreen } from './use-shown-screen.ts';
import type { WindowActs } from './use-window-acts.ts';

/** See {@link useWindowCommands}. */
export interface WindowCommandParts {
  readonly sample: Sample;
  readonly selection: ShownSelection;
  readonly shown: ShownScreen;
  readonly drawer: Drawer;
  readonly arrangement: PaneArrangement;
  readonly acts: WindowActs;
  readonly localTree: RefObject<TreeHandle | null>;
  readonly registryTree: RefObject<TreeHandle | null>;
  /** False while a dialog is open: only it has the keys then. */
  readonly free: boolean;
}

/** Carries out the commands of the menu bar, which the palette has as well. */
export function useWindowCommands(parts: WindowCommandParts): Commands {
  const { sample, selection, shown, drawer, arrangement, acts, localTree, registryTree, free } = parts;
  // Drawn when this returns: what is not there yet cannot take the focus.
  const unfold = (pane: 'local' | 'registries'): void => {
    flushSync(() => {
      shown.show('images');
      arrangement.change((before) => folded(before, pane, false));
    });
  };
  const commands: Commands = {
    palette: () => acts.ask({ kind: 'palette' }),
    copyTo: () => {
      const cargo = cargoOfSelection(selection.tree);
      if (cargo !== null) copyTo(cargo);
    },
    push: () => {
      if (selection.vm !== null && free) acts.push(selection.vm);
    },
    tryIt: () => {
      if (sample.state?.stage === 'none') acts.pushSample({ kind: 'none' });
      // What comes next stands above it.
      else selection.choose({ kind: 'vm', key: SAMPLE_VM_ID });
      shown.show('images');
    },
    savings: () => shown.show('savings'),
    compare: () => compareImages(null, null),
    settings: shown.toggleSettings,
    toggleDrawer: drawer.toggle,
    toggleLocal: () => {
      shown.show('images');
      arrangement.change((before) => folded(before, 'local', !before.folded.includes('local')));
    },
    focusLocal: () => {
      unfold('local');
      focusPane('local', localTree.current);
    },
    focusRegistries: () => {
      unfold('registries');
      focusPane('registries', registryTree.current);
    },
    focusDetail: () => {
      flushSync(() => shown.show('images'));
      focusPane('detail', null);
    },
  };
  useCommands(commands, free);
  return commands;
}
