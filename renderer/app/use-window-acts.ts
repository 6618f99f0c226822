import type { Vm } from '../../shared/models/vm.ts';
import type { Cargo } from '../features/drag/cargo.ts';
import type { DropTarget } from '../features/drag/drop-target.ts';
import type { MinuteStep } from '../features/first-run/minute-step.ts';
import { useStoreCommands } from '../features/store/use-store-commands.ts';
import { useClient } from '../state/client.ts';
import type { MenuGroups } from '../ui/context-menu.tsx';
import type { PaneArrangement } from './panes/panes.tsx';
import { useCargoDrop } from './use-cargo-drop.ts';
import type { Drawer } from './use-drawer.ts';
import { useSamplePush } from './use-sample-push.ts';
import type { ShownSelection } from './use-selection.ts';
import type { ShownScreen } from './use-shown-screen.ts';
import type { WindowFacts } from './use-window-facts.ts';
import type { WindowDialog } from './window-dialog.ts';

/** What more than one part of the window does. */
export interface WindowActs {
  /** Opens the push sheet; `references` are filled in. A VM with a defect has none. */
  readonly push: (vm: Vm, references?: readonly string[]) => void;
  /** Opens the push sheet of the sample VM; what is missing for it is made first. */
  readonly pushSample: (step: MinuteStep) => void;
  /** Carries out what was dropped. */
  readonly drop: (cargo: Cargo, target: DropTarget, moving: boolean) => void;
  readonly showJob: (jobId: string) => void;
  readonly ask: (dialog: WindowDialog) => void;
  /** Has the person choose Tart's home. */
  readonly chooseHome: () => void;
  readonly removeRegistry: (host: string) => void;
  /** The commands of the registry of this computer. */
  readonly ownCommands: () => MenuGroups;
}

const NO_REFERENCES: readonly string[] = [];

/** Joins what the parts of the window do to each other. */
export function useWindowActs(parts: {
  readonly facts: WindowFacts;
  readonly selection: ShownSelection;
  readonly shown: ShownScreen;
  readonly drawer: Drawer;
  readonly arrangement: PaneArrangement;
  readonly ask: (dialog: WindowDialog) => void;
}): WindowActs {
  const { facts, selection, shown, drawer, arrangement, ask } = parts;
  const { own, tasks, sample, registryList } = facts;
  const client = useClient();
  const push: WindowActs['push'] = (vm, references = NO_REFERENCES) => {
    if (vm.defect === null) ask({ kind: 'push', vm, start: { references } });
  };
  const pushSample = useSamplePush(sample, (vm, reference) => {
    shown.show('images');
    selection.choose({ kind: 'vm', key: vm.id });
    push(vm, [reference]);
  });
  const drop = useCargoDrop({ registries: registryList, arrangement, onPush: push, onShowJob: drawer.showJob });
  const ownCommands = useStoreCommands({
    own,
    tasks,
    onCollect: () => ask({ kind: 'collect' }),
    onSettings: () => shown.showSettings('store'),
  });
  return {
    push,
    pushSample,
    drop,
    showJob: drawer.showJob,
    ask,
    chooseHome: () => {
      void client.call('app.chooseFolder', null).then((folder) => {
        if (folder !== null) facts.changeSettings({ tartHome: folder });
      });
    },
    removeRegistry: (host) => ask({ kind: 'removeRegistry', host }),
    ownCommands,
  };
}
