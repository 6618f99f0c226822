import { type ReactElement, type ReactNode, type RefObject, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { ImageDetail } from '../../features/detail/image-detail.tsx';
import { RegistryDetail } from '../../features/detail/registry-detail.tsx';
import { VmDetail } from '../../features/detail/vm-detail.tsx';
import type { Cargo } from '../../features/drag/cargo.ts';
import type { DropTarget } from '../../features/drag/drop-target.ts';
import type { TagReadings } from '../../features/registries/use-tag-reading.ts';
import { RepositoryDetail } from '../../features/repository/repository-detail.tsx';
import { StoreDetail } from '../../features/store/store-detail.tsx';
import type { StoreTasks } from '../../features/store/use-store-tasks.ts';
import type { ThisComputer } from '../../features/store/use-this-computer.ts';
import type { TreeSelection } from '../../state/tree-selection.ts';

/** See {@link DetailPane}. */
export interface DetailPaneProps {
  readonly vm: Vm | null;
  readonly known: VmKnowledge | undefined;
  readonly tree: TreeSelection | null;
  readonly registries: readonly Registry[];
  readonly readings: TagReadings;
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  /** Stands above the detail and does not scroll. */
  readonly strip: ReactNode;
  /** Stands in place of a detail where nothing is selected; null = nothing. */
  readonly offer: ReactNode;
  readonly onPush: (vm: Vm) => void;
  readonly onShowJob: (jobId: string) => void;
  readonly onSelect: (key: string) => void;
  readonly onDrop: (cargo: Cargo, target: DropTarget, moving: boolean) => void;
  readonly onCollect: () => void;
  /** Opens the settings of the store. */
  readonly onStoreSettings: () => void;
  /** Opens the settings of a registry. */
  readonly onRegistrySettings: (host: string) => void;
  readonly onRemoveRegistry: (host: string) => void;
}

/** The right pane: what is selected, in full. */
export function DetailPane(props: DetailPaneProps): ReactElement {
  const { vm, known, tree, strip, offer, onPush, onShowJob } = props;
  const { t } = useTranslation('panes');
  const detail = useRef<HTMLDivElement>(null);
  return (
    <section className="pane pane-detail" aria-label={t('detail')} tabIndex={-1} data-pane="detail">
      {strip}
      <div className="scroll" ref={detail}>
        {vm !== null && <VmDetail vm={vm} known={known} onPush={() => onPush(vm)} onShowJob={onShowJob} />}
        {tree !== null && <TreeDetail {...props} tree={tree} scroller={detail} />}
        {offer}
      </div>
    </section>
  );
}

/** The selected row of the registries. */
function TreeDetail(
  props: DetailPaneProps & {
    readonly tree: TreeSelection;
    readonly scroller: RefObject<HTMLElement | null>;
  },
): ReactElement {
  const { tree, registries, readings, own, tasks, scroller, onShowJob, onSelect, onDrop } = props;
  const { registry, repository, group } = tree;
  if (repository !== null && group !== null) {
    const key = `${registry.host}/${repository.repository}@${group.digest}`;
    return <ImageDetail key={key} registry={registry} repository={repository} group={group} />;
  }
  if (repository !== null) {
    return (
      <RepositoryDetail
        key={`${registry.host}/${repository.repository}`}
        registry={registry}
        repository={repository}
        readings={readings}
        registries={registries}
        onSelect={onSelect}
        onDrop={onDrop}
      />
    );
  }
  if (registry.thisComputer) {
    return (
      <StoreDetail
        registry={registry}
        own={own}
        tasks={tasks}
        scroller={scroller}
        onCollect={props.onCollect}
        onSettings={props.onStoreSettings}
        onSelect={onSelect}
        onShowJob={onShowJob}
      />
    );
  }
  return (
    <RegistryDetail
      key={registry.host}
      registry={registry}
      onSettings={() => props.onRegistrySettings(registry.host)}
      onRemove={() => props.onRemoveRegistry(registry.host)}
      onSelect={onSelect}
      onShowJob={onShowJob}
    />
  );
}
