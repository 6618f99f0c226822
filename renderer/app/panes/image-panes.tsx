import type { ReactElement, RefObject } from 'react';
import { FirstRun } from '../../features/first-run/first-run.tsx';
import { MinuteStrip } from '../../features/first-run/minute-strip.tsx';
import { LocalPane } from '../../features/local/local-pane.tsx';
import { RegistriesPane } from '../../features/registries/registries-pane.tsx';
import type { TreeHandle } from '../../ui/tree-list.tsx';
import type { ShownSelection } from '../use-selection.ts';
import type { ShownScreen } from '../use-shown-screen.ts';
import type { WindowActs } from '../use-window-acts.ts';
import type { WindowFacts } from '../use-window-facts.ts';
import { DetailPane } from './detail-pane.tsx';
import { type PaneArrangement, Panes } from './panes.tsx';

/** See {@link ImagePanes}. */
export interface ImagePanesProps {
  readonly facts: WindowFacts;
  readonly selection: ShownSelection;
  readonly shown: ShownScreen;
  readonly arrangement: PaneArrangement;
  readonly acts: WindowActs;
  readonly localTree: RefObject<TreeHandle | null>;
  readonly registryTree: RefObject<TreeHandle | null>;
}

/** The screen of images: what is on this computer, what is in the registries, and what is selected of them. */
export function ImagePanes(props: ImagePanesProps): ReactElement {
  const { facts, selection: shownSelection, arrangement, acts, localTree, registryTree } = props;
  const { selection, choose, selectInTree } = shownSelection;
  return (
    <Panes
      arrangement={arrangement}
      local={
        <LocalPane
          list={facts.list}
          error={facts.listError}
          known={facts.known}
          selected={selection?.kind === 'vm' ? selection.key : null}
          tree={localTree}
          onSelect={(key) => choose({ kind: 'vm', key })}
          onPush={acts.push}
          onChooseHome={acts.chooseHome}
          onLookAgain={facts.reload}
        />
      }
      registries={
        <RegistriesPane
          registries={facts.registries}
          readings={facts.readings}
          own={facts.own}
          ownCommands={acts.ownCommands}
          selected={selection?.kind === 'registry' ? selection.key : null}
          tree={registryTree}
          onSelect={selectInTree}
          onAdd={() => acts.ask({ kind: 'addRegistry' })}
          onRemove={acts.removeRegistry}
          onDrop={acts.drop}
        />
      }
      detail={<SelectedDetail {...props} />}
    />
  );
}

/** The right pane over what is selected; where nothing is, what can be done first. */
function SelectedDetail({ facts, selection, shown, acts }: ImagePanesProps): ReactElement {
  const { vm, tree, offered, selectInTree } = selection;
  const { list, known, sample } = facts;
  return (
    <DetailPane
      vm={vm}
      known={vm === null ? undefined : known.get(vm.id)}
      tree={tree}
      registries={facts.registryList}
      readings={facts.readings}
      own={facts.own}
      tasks={facts.tasks}
      strip={<MinuteStrip sample={sample} offered={offered} onPush={acts.pushSample} onShowJob={acts.showJob} />}
      offer={
        offered && (
          <FirstRun
            list={list}
            sample={sample}
            onTry={() => acts.pushSample({ kind: 'none' })}
            onChooseHome={acts.chooseHome}
            onAdded={selectInTree}
          />
        )
      }
      onPush={acts.push}
      onShowJob={acts.showJob}
      onSelect={selectInTree}
      onDrop={acts.drop}
      onCollect={() => acts.ask({ kind: 'collect' })}
      onStoreSettings={() => shown.showSettings('store')}
      onRegistrySettings={(host) => {
        shown.chooseRegistry(host);
        shown.showSettings('registries');
      }}
      onRemoveRegistry={acts.removeRegistry}
    />
  );
}
