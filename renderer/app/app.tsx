import { type ReactElement, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { useStore } from 'zustand';
import type { MethodOutput } from '../../shared/contract/methods.ts';
import { SAMPLE_VM_ID } from '../../shared/models/sample.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { CompareScreen } from '../features/compare/compare-screen.tsx';
import { comparedPair, compareImages } from '../features/compare/compare-start.ts';
import { CopyDialog } from '../features/copy/copy-dialog.tsx';
import { closeCopy, copyStart, copyTo } from '../features/copy/copy-start.ts';
import { useDropCopy } from '../features/copy/use-drop-copy.ts';
import { useMoves } from '../features/copy/use-moves.ts';
import type { Cargo } from '../features/drag/cargo.ts';
import { DragLayer } from '../features/drag/drag-layer.tsx';
import { useDrag } from '../features/drag/drag-store.ts';
import type { DropTarget } from '../features/drag/drop-target.ts';
import { pushedReferences } from '../features/drag/pushed-references.ts';
import { cargoOfSelection } from '../features/drag/selected-cargo.ts';
import { FirstRun } from '../features/first-run/first-run.tsx';
import { type MinuteStep, suggestedReference } from '../features/first-run/minute-step.ts';
import { MinuteStrip } from '../features/first-run/minute-strip.tsx';
import { useSample } from '../features/first-run/use-sample.ts';
import { LocalPane } from '../features/local/local-pane.tsx';
import { PushSheet } from '../features/push/push-sheet.tsx';
import { AddRegistry } from '../features/registries/add-registry.tsx';
import { PinRepository } from '../features/registries/pin-repository.tsx';
import { RegistriesPane } from '../features/registries/registries-pane.tsx';
import { RemoveRegistry } from '../features/registries/remove-registry.tsx';
import { useTagReadings } from '../features/registries/use-tag-reading.ts';
import { SavingsScreen } from '../features/savings/savings-screen.tsx';
import { SettingsScreen, type SettingsSection } from '../features/settings/settings-screen.tsx';
import { SignIn } from '../features/sign-in/sign-in-dialog.tsx';
import { CollectStore } from '../features/store/collect-store.tsx';
import { useStoreCommands } from '../features/store/use-store-commands.ts';
import { useStoreTasks } from '../features/store/use-store-tasks.ts';
import { useThisComputer } from '../features/store/use-this-computer.ts';
import { UndoEdits } from '../features/tags/undo-edits.tsx';
import { JobAnnouncer } from '../features/transfers/job-announcer.tsx';
import { TransfersDrawer } from '../features/transfers/transfers-drawer.tsx';
import { TransfersStrip } from '../features/transfers/transfers-strip.tsx';
import { useClient } from '../state/client.ts';
import { signInRequest } from '../state/sign-in-request.ts';
import { THIS_COMPUTER } from '../state/tree-selection.ts';
import { useKnownVms } from '../state/use-known-vms.ts';
import { useRegistries, useVmList } from '../state/use-lists.ts';
import { useSettings } from '../state/use-settings.ts';
import { useMemory } from '../state/window-memory.ts';
import { ToastStack } from '../ui/toast-stack.tsx';
import { TooltipLayer } from '../ui/tooltip-layer.tsx';
import type { TreeHandle } from '../ui/tree-list.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import '../ui/controls.css';
import { AppPalette } from './app-palette.tsx';
import { DetailPane } from './detail-pane.tsx';
import { focusPane } from './focus-pane.ts';
import { JobToasts } from './job-toasts.tsx';
import { folded } from './pane-layout.ts';
import { Panes, usePaneArrangement } from './panes.tsx';
import type { Screen } from './screen.ts';
import { TitleBar } from './title-bar.tsx';
import { type Commands, useCommands } from './use-commands.ts';
import { useSelection } from './use-selection.ts';

/** A dialog over the panes. */
type Dialog =
  | { readonly kind: 'push'; readonly vm: Vm; readonly references: readonly string[] }
  | { readonly kind: 'addRegistry' }
  | { readonly kind: 'removeRegistry'; readonly host: string }
  | { readonly kind: 'collect' }
  | { readonly kind: 'palette' }
  | null;

const NO_REFERENCES: readonly string[] = [];
const NO_REGISTRIES: readonly never[] = [];
const NO_VMS: readonly never[] = [];
const heightSchema = z.number().min(240).max(4000);

/** The window: title bar, three panes or the settings, transfers. */
export function App({ info }: { readonly info: MethodOutput<'app.info'> }): ReactElement {
  const { i18n } = useTranslation();
  const client = useClient();
  const { list, error: listError, reload } = useVmList();
  const registries = useRegistries();
  const known = useKnownVms(list);
  const readings = useTagReadings();
  const own = useThisComputer();
  const tasks = useStoreTasks();
  const sample = useSample();
  const [settings, change] = useSettings();
  const arrangement = usePaneArrangement();
  const copying = useStore(copyStart, ({ start }) => start);
  const signingIn = useStore(signInRequest, ({ host }) => host !== null);
  const localTree = useRef<TreeHandle>(null);
  const registryTree = useRef<TreeHandle>(null);
  const { selection, vm, tree, offered, choose, selectInTree } = useSelection(list, registries);
  const [screen, setScreen] = useState<Screen>('images');
  const [section, setSection] = useState<SettingsSection>('registries');
  const [settingsHost, setSettingsHost] = useState<string | null>(null);
  const [dialog, setDialog] = useState<Dialog>(null);
  const [drawerHeight, setDrawerHeight] = useMemory('drawer.height', heightSchema, 520);
  const [drawer, setDrawer] = useState<{ readonly open: boolean; readonly job: string | null }>({
    open: false,
    job: null,
  });

  // The screen is shown each time that two images are to be compared, and gives way to the one before it.
  const comparisons = useStore(comparedPair, ({ asked }) => asked);
  const [shownComparisons, setShownComparisons] = useState(comparisons);
  const [beforeCompare, setBeforeCompare] = useState<Screen>('images');
  if (comparisons !== shownComparisons) {
    setShownComparisons(comparisons);
    if (screen !== 'compare') setBeforeCompare(screen);
    setScreen('compare');
  }

  const push = (pushed: Vm, references: readonly string[] = NO_REFERENCES): void => {
    if (pushed.defect === null) setDialog({ kind: 'push', vm: pushed, references });
  };
  /** Opens the push sheet of the sample VM; what is missing for it is made first. */
  const pushSample = async (step: MinuteStep): Promise<void> => {
    const made = await sample.make();
    if (made === null || made.address === null) return;
    const listed = await client.call('vms.list', null);
    const own = listed.vms.find(({ id }) => id === SAMPLE_VM_ID);
    if (own === undefined) return;
    setScreen('images');
    choose({ kind: 'vm', key: own.id });
    push(own, [suggestedReference(step, made.address)]);
  };
  const showJob = (job: string): void => setDrawer({ open: true, job });
  const showSettings = (next: SettingsSection): void => {
    setSection(next);
    setScreen('settings');
  };
  const collect = (): void => setDialog({ kind: 'collect' });
  const ownCommands = useStoreCommands({
    own,
    tasks,
    onCollect: collect,
    onSettings: () => showSettings('store'),
  });
  const chooseHome = (): void => {
    void client.call('app.chooseFolder', null).then((folder) => {
      if (folder !== null) change({ tartHome: folder });
    });
  };

  // Drawn when this returns: what is not there yet cannot take the focus.
  const unfold = (pane: 'local' | 'registries'): void => {
    flushSync(() => {
      setScreen('images');
      arrangement.change((before) => folded(before, pane, false));
    });
  };

  const removeRegistry = (host: string): void => setDialog({ kind: 'removeRegistry', host });
  const dropCopy = useDropCopy({ registries: registries ?? NO_REGISTRIES, onShow: showJob });
  useMoves();
  const carrying = useDrag((drag) => drag !== null);
  // What is carried needs its targets in sight.
  if (carrying && arrangement.choice.folded.includes('registries')) {
    arrangement.change((before) => folded(before, 'registries', false));
  }
  /** Carries out what was dropped: a VM opens its plan with the reference of the row filled in. */
  const drop = (cargo: Cargo, target: DropTarget, moving: boolean): void => {
    if (cargo.kind === 'vm') push(cargo.vm, pushedReferences(cargo.vm, target));
    else dropCopy(cargo, target, moving);
  };

  useFocusReturn(dialog !== null || copying !== null, () => {
    (selection?.kind === 'registry' ? registryTree : localTree).current?.focus();
  });
  const commands: Commands = {
    palette: () => setDialog({ kind: 'palette' }),
    copyTo: () => {
      const cargo = cargoOfSelection(tree);
      if (cargo !== null) copyTo(cargo);
    },
    push: () => {
      if (vm !== null && dialog === null && !signingIn) push(vm);
    },
    tryIt: () => {
      if (sample.state?.stage === 'none') void pushSample({ kind: 'none' });
      // What comes next stands above it.
      else choose({ kind: 'vm', key: SAMPLE_VM_ID });
      setScreen('images');
    },
    savings: () => setScreen('savings'),
    compare: () => compareImages(null, null),
    settings: () => setScreen((before) => (before === 'settings' ? 'images' : 'settings')),
    toggleDrawer: () => setDrawer((before) => ({ ...before, open: !before.open })),
    toggleLocal: () => {
      setScreen('images');
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
      flushSync(() => setScreen('images'));
      focusPane('detail', null);
    },
  };
  useCommands(commands, dialog === null && copying === null && !signingIn);

  return (
    <I18nProvider locale={i18n.language === 'en' ? 'en-US' : i18n.language}>
      <div className="window">
        <TitleBar
          controls={info.windowControls}
          screen={screen}
          onScreen={setScreen}
          onSearch={() => setDialog({ kind: 'palette' })}
        />
        {screen === 'settings' && settings !== null ? (
          <SettingsScreen
            settings={settings}
            change={change}
            section={section}
            onSection={setSection}
            registries={registries ?? NO_REGISTRIES}
            registry={settingsHost}
            tartHome={list?.tartHome ?? ''}
            own={own}
            tasks={tasks}
            onShowStore={() => {
              selectInTree(THIS_COMPUTER);
              setScreen('images');
            }}
            onRegistry={setSettingsHost}
            onAddRegistry={() => setDialog({ kind: 'addRegistry' })}
            onRemoveRegistry={(host) => setDialog({ kind: 'removeRegistry', host })}
            onClose={() => setScreen('images')}
          />
        ) : screen === 'compare' ? (
          <CompareScreen
            vms={list?.vms ?? NO_VMS}
            registries={registries ?? NO_REGISTRIES}
            onPush={push}
            onClose={() => setScreen(beforeCompare)}
          />
        ) : screen === 'savings' ? (
          <SavingsScreen registries={registries ?? NO_REGISTRIES} onImages={() => setScreen('images')} />
        ) : (
          <Panes
            arrangement={arrangement}
            local={
              <LocalPane
                list={list}
                error={listError}
                known={known}
                selected={selection?.kind === 'vm' ? selection.key : null}
                tree={localTree}
                onSelect={(key) => choose({ kind: 'vm', key })}
                onPush={push}
                onChooseHome={chooseHome}
                onLookAgain={reload}
              />
            }
            registries={
              <RegistriesPane
                registries={registries}
                readings={readings}
                own={own}
                ownCommands={ownCommands}
                selected={selection?.kind === 'registry' ? selection.key : null}
                tree={registryTree}
                onSelect={selectInTree}
                onAdd={() => setDialog({ kind: 'addRegistry' })}
                onRemove={removeRegistry}
                onDrop={drop}
              />
            }
            detail={
              <DetailPane
                vm={vm}
                known={vm === null ? undefined : known.get(vm.id)}
                tree={tree}
                registries={registries ?? NO_REGISTRIES}
                readings={readings}
                own={own}
                tasks={tasks}
                strip={
                  <MinuteStrip
                    sample={sample}
                    offered={offered}
                    onPush={(step) => void pushSample(step)}
                    onShowJob={showJob}
                  />
                }
                offer={
                  offered && (
                    <FirstRun
                      list={list}
                      sample={sample}
                      onTry={() => void pushSample({ kind: 'none' })}
                      onChooseHome={chooseHome}
                      onAdded={selectInTree}
                    />
                  )
                }
                onPush={push}
                onShowJob={showJob}
                onSelect={selectInTree}
                onDrop={drop}
                onCollect={collect}
                onStoreSettings={() => showSettings('store')}
                onRegistrySettings={(host) => {
                  setSettingsHost(host);
                  showSettings('registries');
                }}
                onRemoveRegistry={removeRegistry}
              />
            }
          />
        )}
        {drawer.open ? (
          <TransfersDrawer
            height={drawerHeight}
            initialJob={drawer.job}
            onResize={(height) => setDrawerHeight(() => height)}
            onClose={() => setDrawer((before) => ({ ...before, open: false }))}
          />
        ) : (
          <TransfersStrip onOpen={() => setDrawer((before) => ({ ...before, open: true }))} />
        )}
        <JobAnnouncer />
        {dialog?.kind === 'push' && (
          <PushSheet
            vm={dialog.vm}
            initialReferences={dialog.references}
            onClose={() => setDialog(null)}
            onPushed={showJob}
          />
        )}
        {dialog?.kind === 'addRegistry' && (
          <AddRegistry
            onClose={() => setDialog(null)}
            onAdded={(host) => {
              setSettingsHost(host);
              if (screen === 'images') selectInTree(host);
            }}
          />
        )}
        {dialog?.kind === 'removeRegistry' && <RemoveRegistry host={dialog.host} onClose={() => setDialog(null)} />}
        {dialog?.kind === 'palette' && (
          <AppPalette
            vms={list?.vms ?? NO_VMS}
            registries={registries ?? NO_REGISTRIES}
            selected={vm ?? tree}
            commands={commands}
            readings={readings}
            ownCommands={ownCommands}
            onRemoveRegistry={removeRegistry}
            push={push}
            showVm={(shown) => {
              choose({ kind: 'vm', key: shown.id });
              commands.focusLocal();
            }}
            showInTree={(key) => {
              selectInTree(key);
              commands.focusRegistries();
            }}
            onAddRegistry={() => setDialog({ kind: 'addRegistry' })}
            onSettings={showSettings}
            onClose={() => setDialog(null)}
          />
        )}
        {copying !== null && (
          <CopyDialog start={copying} registries={registries ?? NO_REGISTRIES} onClose={closeCopy} onShow={showJob} />
        )}
        {dialog?.kind === 'collect' && <CollectStore onClose={() => setDialog(null)} />}
        <PinRepository readings={readings} onSelect={selectInTree} />
        <SignIn
          insecureHosts={(registries ?? NO_REGISTRIES).flatMap(({ host, insecure }) => (insecure ? [host] : []))}
        />
        <JobToasts quiet={drawer.open} onShow={showJob} />
        <DragLayer registries={registries ?? NO_REGISTRIES} />
        <UndoEdits registries={registries ?? NO_REGISTRIES} />
        <ToastStack />
        <TooltipLayer />
      </div>
    </I18nProvider>
  );
}
