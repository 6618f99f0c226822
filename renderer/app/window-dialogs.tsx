import type { ReactElement } from 'react';
import { compareImages } from '../features/compare/compare-start.ts';
import { CopyDialog } from '../features/copy/copy-dialog.tsx';
import { type CopyStart, closeCopy } from '../features/copy/copy-start.ts';
import { PushSheet } from '../features/push/push-sheet.tsx';
import { AddRegistry } from '../features/registries/add-registry.tsx';
import { RemoveRegistry } from '../features/registries/remove-registry.tsx';
import { CollectStore } from '../features/store/collect-store.tsx';
import { AppPalette } from './app-palette.tsx';
import type { Commands } from './use-commands.ts';
import type { ShownSelection } from './use-selection.ts';
import type { ShownScreen } from './use-shown-screen.ts';
import type { WindowActs } from './use-window-acts.ts';
import type { WindowFacts } from './use-window-facts.ts';
import type { WindowDialog } from './window-dialog.ts';

/** See {@link WindowDialogs}. */
export interface WindowDialogsProps {
  /** Null = none is open. */
  readonly dialog: WindowDialog | null;
  /** What `Copy to…` was asked for; null = it is closed. */
  readonly copying: CopyStart | null;
  readonly facts: WindowFacts;
  readonly selection: ShownSelection;
  readonly shown: ShownScreen;
  readonly acts: WindowActs;
  readonly commands: Commands;
  readonly onClose: () => void;
}

/** The dialogs that are opened from more than one place, and the palette. */
export function WindowDialogs(props: WindowDialogsProps): ReactElement {
  const { dialog, copying, facts, selection, shown, acts, onClose } = props;
  return (
    <>
      {dialog?.kind === 'push' && (
        <PushSheet
          vm={dialog.vm}
          start={dialog.start}
          onClose={onClose}
          onPushed={acts.showJob}
          onCompare={(image, start) => {
            onClose();
            compareImages({ kind: 'vm', name: dialog.vm.id }, image, () => acts.ask({ ...dialog, start }));
          }}
        />
      )}
      {dialog?.kind === 'addRegistry' && (
        <AddRegistry
          onClose={onClose}
          onAdded={(host) => {
            shown.chooseRegistry(host);
            if (shown.screen === 'images') selection.selectInTree(host);
          }}
        />
      )}
      {dialog?.kind === 'removeRegistry' && <RemoveRegistry host={dialog.host} onClose={onClose} />}
      {dialog?.kind === 'palette' && <WindowPalette {...props} />}
      {copying !== null && (
        <CopyDialog start={copying} registries={facts.registryList} onClose={closeCopy} onShow={acts.showJob} />
      )}
      {dialog?.kind === 'collect' && <CollectStore onClose={onClose} />}
    </>
  );
}

/** The palette; what it found is shown where it lives. */
function WindowPalette({ facts, selection, shown, acts, commands, onClose }: WindowDialogsProps): ReactElement {
  return (
    <AppPalette
      vms={facts.vms}
      registries={facts.registryList}
      selected={selection.vm ?? selection.tree}
      commands={commands}
      readings={facts.readings}
      ownCommands={acts.ownCommands}
      onRemoveRegistry={acts.removeRegistry}
      push={acts.push}
      showVm={(vm) => {
        selection.choose({ kind: 'vm', key: vm.id });
        commands.focusLocal();
      }}
      showInTree={(key) => {
        selection.selectInTree(key);
        commands.focusRegistries();
      }}
      onAddRegistry={() => acts.ask({ kind: 'addRegistry' })}
      onSettings={shown.showSettings}
      onClose={onClose}
    />
  );
}
