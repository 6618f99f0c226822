import { type ReactElement, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { MethodOutput } from '../../shared/contract/methods.ts';
import { copyStart } from '../features/copy/copy-start.ts';
import { DragLayer } from '../features/drag/drag-layer.tsx';
import { PinRepository } from '../features/registries/pin-repository.tsx';
import { SignIn } from '../features/sign-in/sign-in-dialog.tsx';
import { UndoEdits } from '../features/tags/undo-edits.tsx';
import { JobAnnouncer } from '../features/transfers/job-announcer.tsx';
import { signInRequest } from '../state/sign-in-request.ts';
import { ToastStack } from '../ui/toast-stack.tsx';
import { TooltipLayer } from '../ui/tooltip-layer.tsx';
import type { TreeHandle } from '../ui/tree-list.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import '../ui/controls.css';
import { JobToasts } from './job-toasts.tsx';
import { usePaneArrangement } from './panes/panes.tsx';
import { ScreenView } from './screen-view.tsx';
import { TitleBar } from './title-bar.tsx';
import { Transfers } from './transfers.tsx';
import { useDrawer } from './use-drawer.ts';
import { useSelection } from './use-selection.ts';
import { useShownScreen } from './use-shown-screen.ts';
import { useWindowActs } from './use-window-acts.ts';
import { useWindowCommands } from './use-window-commands.ts';
import { useWindowFacts } from './use-window-facts.ts';
import type { WindowDialog } from './window-dialog.ts';
import { WindowDialogs } from './window-dialogs.tsx';

/** The window: title bar, one screen, transfers, and what lies over them. */
export function App({ info }: { readonly info: MethodOutput<'app.info'> }): ReactElement {
  const { i18n } = useTranslation();
  const facts = useWindowFacts();
  const selection = useSelection(facts.list, facts.registries);
  const shown = useShownScreen();
  const arrangement = usePaneArrangement();
  const drawer = useDrawer();
  const [dialog, ask] = useState<WindowDialog | null>(null);
  const copying = useStore(copyStart, ({ start }) => start);
  const signingIn = useStore(signInRequest, ({ host }) => host !== null);
  const localTree = useRef<TreeHandle>(null);
  const registryTree = useRef<TreeHandle>(null);
  const acts = useWindowActs({ facts, selection, shown, drawer, arrangement, ask });
  useFocusReturn(dialog !== null || copying !== null, () => {
    (selection.selection?.kind === 'registry' ? registryTree : localTree).current?.focus();
  });
  const free = dialog === null && copying === null && !signingIn;
  const { sample, readings, registryList } = facts;
  const commands = useWindowCommands({
    sample,
    selection,
    shown,
    drawer,
    arrangement,
    acts,
    localTree,
    registryTree,
    free,
  });
  const panes = { facts, selection, shown, arrangement, acts, localTree, registryTree };

  return (
    <I18nProvider locale={i18n.language === 'en' ? 'en-US' : i18n.language}>
      <div className="window">
        <TitleBar
          controls={info.windowControls}
          screen={shown.screen}
          onScreen={shown.show}
          onSearch={commands.palette}
        />
        <ScreenView {...panes} />
        <Transfers drawer={drawer} />
        <JobAnnouncer />
        <WindowDialogs
          dialog={dialog}
          copying={copying}
          facts={facts}
          selection={selection}
          shown={shown}
          acts={acts}
          commands={commands}
          onClose={() => ask(null)}
        />
        <PinRepository readings={readings} onSelect={selection.selectInTree} />
        <SignIn insecureHosts={registryList.flatMap(({ host, insecure }) => (insecure ? [host] : []))} />
        <JobToasts quiet={drawer.isOpen} onShow={drawer.showJob} />
        <DragLayer registries={registryList} />
        <UndoEdits registries={registryList} />
        <ToastStack />
        <TooltipLayer />
      </div>
    </I18nProvider>
  );
}
