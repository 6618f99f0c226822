import { CircleAlert, Settings, TriangleAlert } from 'lucide-react';
import { type ReactElement, type RefObject, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { StoreImage, StoreList } from '../../../shared/models/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { HealthDot } from '../../ui/health-dot.tsx';
import { type Fact, Facts } from '../detail/facts.tsx';
import { WaitingJobs } from '../detail/waiting-jobs.tsx';
import { ErrorReport } from '../push/error-report.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { AddTag } from './add-tag.tsx';
import { RepairStore } from './repair-store.tsx';
import { ServeSwitch } from './serve-switch.tsx';
import { StoreActions } from './store-actions.tsx';
import { StoreImages } from './store-images.tsx';
import { StoreOutcomeView } from './store-outcome.tsx';
import { StoreTaskLine } from './store-task-line.tsx';
import './store.css';
import { UntagImage } from './untag-image.tsx';
import type { StoreTasks } from './use-store-tasks.ts';
import { servingWord, type ThisComputer } from './use-this-computer.ts';

/** See {@link StoreDetail}. */
export interface StoreDetailProps {
  readonly registry: Registry;
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  /** Scrolls the detail. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onCollect: () => void;
  readonly onSettings: () => void;
  /** Selects a row of the tree. */
  readonly onSelect: (key: string) => void;
  readonly onShowJob: (jobId: string) => void;
}

type Asking = { readonly kind: 'tag' | 'untag'; readonly image: StoreImage } | { readonly kind: 'repair' } | null;

/** Part of the budget from which on its rest is told. */
const NEARLY_FULL = 0.9;

/** The local store and its registry: how it is, what is in it, and what can be done with it. */
export function StoreDetail(props: StoreDetailProps): ReactElement {
  const { registry, own, tasks, scroller, onCollect, onSettings, onSelect, onShowJob } = props;
  const { t } = useTranslation('store');
  const copy = useCopy();
  const [asking, setAsking] = useState<Asking>(null);
  const { store, error } = own;
  const done = (): void => setAsking(null);
  return (
    <div className="detail store-detail">
      <StoreHead own={own} onSettings={onSettings} />
      <NotOn own={own} />
      <WaitingJobs host={registry.host} show={!own.serving.on} onShowJob={onShowJob} />
      {error !== null && (
        <ErrorReport
          error={error}
          onCopy={copy}
          actions={
            <>
              <Button className="button button-primary" onPress={own.reload}>
                {t('tryAgain')}
              </Button>
              <Button className="button" onPress={onSettings}>
                {t('storeSettings')}
              </Button>
            </>
          }
        />
      )}
      {store !== null && error === null && (
        <>
          <BudgetNotice store={store} onCollect={onCollect} />
          <StoreFacts registry={registry} own={own} store={store} />
          <p className="store-about">{own.serving.on ? t('onMore') : t('offMore', { address: registry.host })}</p>
          <StoreActions tasks={tasks} empty={store.images.length === 0} onCollect={onCollect} />
          <StoreTaskLine tasks={tasks} />
          <StoreOutcomeView tasks={tasks} onRepair={() => setAsking({ kind: 'repair' })} />
          <StoreImages
            images={store.images}
            address={own.serving.on ? own.serving.address : null}
            tasks={tasks}
            scroller={scroller}
            onSelect={onSelect}
            onTag={(image) => setAsking({ kind: 'tag', image })}
            onUntag={(image) => setAsking({ kind: 'untag', image })}
          />
        </>
      )}
      {asking?.kind === 'tag' && <AddTag image={asking.image} onClose={done} />}
      {asking?.kind === 'untag' && <UntagImage image={asking.image} images={store?.images ?? []} onClose={done} />}
      {asking?.kind === 'repair' && <RepairStore tasks={tasks} onClose={done} />}
    </div>
  );
}

function StoreHead({ own, onSettings }: Pick<StoreDetailProps, 'own' | 'onSettings'>): ReactElement {
  const { t } = useTranslation('store');
  const { serving, store } = own;
  const word = servingWord(serving);
  return (
    <header className="detail-head">
      <div>
        <h1>{t('name')}</h1>
        <p>
          <HealthDot
            health={serving.on ? 'reachable' : word === 'failed' ? 'refused' : 'offline'}
            word={t(`state.${word}`)}
          />
          <span>{t(`state.${word}`)}</span>
          {store !== null && <span>{t('images', { count: store.images.length })}</span>}
          {store !== null && <span>{formatBytes(store.usedBytes)}</span>}
        </p>
      </div>
      <span className="space" />
      <span className="store-head-switch">
        <ServeSwitch own={own} label={t('registry')} />
      </span>
      <Button className="button" onPress={onSettings}>
        <Settings size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('storeSettings')}
      </Button>
    </header>
  );
}

/** Why the registry is not on although it should be. */
function NotOn({ own }: { readonly own: ThisComputer }): ReactElement | null {
  const { t } = useTranslation('store');
  const words = useErrorWords();
  const { serving } = own;
  if (serving.on || serving.error === null) return null;
  const { what, behind } = words(serving.error);
  return (
    <div className="detail-notice" data-kind="fail" role="alert">
      <CircleAlert size={15} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <b>{what}</b>
        {behind} <code>{serving.error.code}</code>
      </div>
      <span className="store-notice-actions">
        {serving.error.code === 'serve.portBusy' && (
          <Button className="button button-small" onPress={() => own.switchTo(true, 0)}>
            {t('otherPort')}
          </Button>
        )}
        <Button className="button button-small" onPress={() => own.switchTo(true)}>
          {t('tryAgain')}
        </Button>
      </span>
    </div>
  );
}

function BudgetNotice(props: { readonly store: StoreList; readonly onCollect: () => void }): ReactElement | null {
  const { store, onCollect } = props;
  const { t } = useTranslation('store');
  const { budget, usedBytes } = store;
  if (budget === null || usedBytes < budget * NEARLY_FULL) return null;
  return (
    <div className="detail-notice" role="status">
      <TriangleAlert size={15} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <b>
          {usedBytes > budget
            ? t('overBudget', { budget: formatBytes(budget) })
            : t('nearBudget', { budget: formatBytes(budget), free: formatBytes(budget - usedBytes) })}
        </b>{' '}
        {t('overBudgetMore')}
      </div>
      <span className="store-notice-actions">
        <Button className="button button-small" onPress={onCollect}>
          {t('collect')}
        </Button>
      </span>
    </div>
  );
}

function StoreFacts(props: {
  readonly registry: Registry;
  readonly own: ThisComputer;
  readonly store: StoreList;
}): ReactElement {
  const { registry, own, store } = props;
  const { t } = useTranslation('store');
  const { folder, budget, usedBytes } = store;
  const used = formatBytes(usedBytes);
  const address: Fact = { name: t('address'), value: <Copyable text={registry.host} label={t('copyAddress')} /> };
  return (
    <Facts
      facts={[
        ...(own.serving.on ? [address] : []),
        {
          name: t('used'),
          value:
            budget === null
              ? used
              : t('ofBudget', { used, budget: formatBytes(budget), percent: Math.round((100 * usedBytes) / budget) }),
        },
        { name: t('folder'), value: <Copyable text={folder} label={t('copyFolder')} /> },
        ...(budget === null ? [{ name: t('budget'), value: t('noBudget') }] : []),
      ]}
    />
  );
}
