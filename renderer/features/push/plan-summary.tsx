import type { TFunction } from 'i18next';
import type { ReactElement, ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { Plan, PlanLayer, PlanTarget, Verdict } from '../../../shared/models/plan.ts';
import { momentWords } from '../../ui/moment.ts';
import { CellSwatch } from '../weave/cell-swatch.tsx';
import type { CellKind } from '../weave/weave-cells.ts';
import { targetTitle } from './cost-words.ts';
import { type LayerFilter, VERDICTS, type VerdictTally, verdictTallies } from './plan-tallies.ts';
import './plan-summary.css';

/** What the head of a plan sums up. */
export interface PlanSummaryProps {
  readonly plan: Plan;
  readonly target: PlanTarget;
  /** Name the repository, because there are several. */
  readonly several: boolean;
  readonly filter: LayerFilter;
  readonly onFilter: (filter: LayerFilter) => void;
  readonly onHighlight: (kind: CellKind | null) => void;
}

/** What a push to one target costs: the headline, the bar, and a line for each verdict with its reason. */
export function PlanSummary(props: PlanSummaryProps): ReactElement {
  const { plan, target, several, filter, onFilter, onHighlight } = props;
  const { t } = useTranslation('push');
  const tallies = verdictTallies(target.layers);
  return (
    <div className="plan-summary">
      <div className="plan-headline">
        <h3>
          <Headline target={target} complete={plan.complete} />{' '}
          {several && <span className="plan-headline-target">{targetTitle(t, target)}</span>}
        </h3>
        <PlanFacts plan={plan} target={target} />
      </div>
      <div className="plan-bar" aria-hidden="true">
        {VERDICTS.map((verdict) => {
          const bytes = tallies[verdict].bytes;
          return bytes === 0 ? null : (
            <div key={verdict} className={`plan-bar-${verdict}`} style={{ flexGrow: bytes }} />
          );
        })}
        {tallies.unknown.bytes > 0 && <div className="plan-bar-unknown" style={{ flexGrow: tallies.unknown.bytes }} />}
      </div>
      <ul className="plan-verdicts">
        {[...VERDICTS, 'unknown' as const].map((kind) =>
          tallies[kind].count === 0 ? null : (
            <li key={kind}>
              <VerdictLine
                kind={kind}
                tally={tallies[kind]}
                pressed={filter === kind}
                reason={<VerdictReason kind={kind} target={target} />}
                onFilter={() => {
                  onFilter(filter === kind ? 'all' : kind);
                }}
                onHighlight={onHighlight}
              />
              {kind === 'duplicate' && (
                <ZeroChunks
                  count={target.layers.filter((layer) => layer.zero && layer.verdict === 'duplicate').length}
                  pressed={filter === 'zero'}
                  onFilter={() => {
                    onFilter(filter === 'zero' ? 'all' : 'zero');
                  }}
                  onHighlight={onHighlight}
                />
              )}
            </li>
          ),
        )}
      </ul>
    </div>
  );
}

/** Handlers that fade the other cells while pointer or focus is on an entry. */
function highlighting(kind: CellKind, onHighlight: (kind: CellKind | null) => void) {
  const on = (): void => {
    onHighlight(kind);
  };
  const off = (): void => {
    onHighlight(null);
  };
  return { onPointerEnter: on, onPointerLeave: off, onFocus: on, onBlur: off };
}

interface VerdictLineProps {
  readonly kind: Verdict | 'unknown';
  readonly tally: VerdictTally;
  readonly pressed: boolean;
  readonly reason: ReactNode;
  readonly onFilter: () => void;
  readonly onHighlight: (kind: CellKind | null) => void;
}

function VerdictLine({ kind, tally, pressed, reason, onFilter, onHighlight }: VerdictLineProps): ReactElement {
  const { t } = useTranslation('push');
  return (
    <button
      type="button"
      className="plan-verdict"
      aria-pressed={pressed}
      onClick={onFilter}
      {...highlighting(kind, onHighlight)}
    >
      <CellSwatch kind={kind} />
      <span>{t(`weave:kind.${kind}`)}</span>
      <span className="plan-verdict-count">{t('layers', { count: tally.count })}</span>
      <span className="plan-verdict-bytes">
        {tally.estimated ? '~ ' : ''}
        {formatBytes(tally.bytes)}
      </span>
      <span className="plan-verdict-reason">{reason}</span>
    </button>
  );
}

interface ZeroChunksProps {
  readonly count: number;
  readonly pressed: boolean;
  readonly onFilter: () => void;
  readonly onHighlight: (kind: CellKind | null) => void;
}

/** The zero chunks, beside the duplicates that most of them are. */
function ZeroChunks({ count, pressed, onFilter, onHighlight }: ZeroChunksProps): ReactElement | null {
  const { t } = useTranslation('push');
  if (count === 0) return null;
  return (
    <button
      type="button"
      className="plan-zeros"
      aria-pressed={pressed}
      onClick={onFilter}
      {...highlighting('zero', onHighlight)}
    >
      {t('why.zeros', { count })}
      <CellSwatch kind="zero" />
    </button>
  );
}

function headlineKey(complete: boolean, local: boolean) {
  if (local) return complete ? 'headlineLocal' : 'headlineLocalSoFar';
  return complete ? 'headline' : 'headlineSoFar';
}

function Headline({ target, complete }: { readonly target: PlanTarget; readonly complete: boolean }): ReactElement {
  const { t } = useTranslation('push');
  const { uploaded, packed } = target.bytes;
  const estimated = target.layers.some((layer) => layer.verdict === 'upload' && layer.size === null);
  const local = target.place !== 'registry';
  if (complete && uploaded === 0)
    return <>{t(local ? 'headlineLocalNothing' : 'headlineNothing', { packed: formatBytes(packed) })}</>;
  return (
    <Trans
      t={t}
      i18nKey={headlineKey(complete, local)}
      values={{
        uploaded: `${estimated ? '~ ' : ''}${formatBytes(uploaded)}`,
        packed: `${complete ? '' : '~ '}${formatBytes(packed)}`,
      }}
      components={{ amber: <span className="plan-headline-bytes" /> }}
    />
  );
}

/** Time, speed, what is read, and the requests that the push to the target makes, as far as they are known. */
function PlanFacts({ plan, target }: { readonly plan: Plan; readonly target: PlanTarget }): ReactElement {
  const { t, i18n } = useTranslation('push');
  const facts: string[] = [];
  if (plan.estimatedSeconds !== null && plan.rate !== null && plan.estimatedSeconds >= 1) {
    facts.push(
      t('factTime', { time: formatDuration(plan.estimatedSeconds, i18n.language), rate: formatRate(plan.rate) }),
    );
  }
  facts.push(...timeParts(t, plan, i18n.language));
  if (!plan.complete) {
    facts.push(t('factReading', { read: formatBytes(plan.bytes.read), raw: formatBytes(plan.bytes.raw) }));
  } else if (plan.bytes.read > 0) {
    facts.push(t('factRead', { read: formatBytes(plan.bytes.read) }));
  } else facts.push(t('factNotRead'));
  return (
    <span className="plan-facts">
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {plan.complete && target.place === 'registry' && (
        <span data-tip={t('factRequestKinds', { ...target.expectedRequests })}>
          {t('factRequests', { count: Object.values(target.expectedRequests).reduce((sum, count) => sum + count, 0) })}
        </span>
      )}
    </span>
  );
}

/** What the time is made of, where the link is not all that counts. */
function timeParts(t: TFunction<'push'>, { estimate }: Plan, language: string): string[] {
  const { readSeconds, encodeSeconds, bound } = estimate;
  if (bound === null || bound === 'send') return [];
  const seconds = (readSeconds ?? 0) + (encodeSeconds ?? 0);
  return seconds < 1 ? [] : [t(`factBound.${bound}`, { time: formatDuration(seconds, language) })];
}

function only<Item>(items: readonly Item[]): Item | null {
  const [first] = items;
  return first !== undefined && items.every((item) => item === first) ? first : null;
}

function layersOf(target: PlanTarget, kind: Verdict | 'unknown'): readonly PlanLayer[] {
  return target.layers.filter((layer) => (layer.verdict ?? 'unknown') === kind);
}

/** The reason that holds for all layers of a verdict, or the commonest. */
function VerdictReason(props: { readonly kind: Verdict | 'unknown'; readonly target: PlanTarget }): ReactNode {
  const { kind, target } = props;
  const { t, i18n } = useTranslation('push');
  const layers = layersOf(target, kind);
  switch (kind) {
    case 'present':
      return t('why.present', { repository: targetTitle(t, target) });
    case 'mount': {
      const sources = [...new Set(layers.map((layer) => layer.mountedFrom))];
      const source = only(sources);
      return source === null
        ? t('why.mountSeveral', { count: sources.length })
        : t('why.mount', { repository: source });
    }
    case 'duplicate':
      return t('why.duplicate');
    case 'upload': {
      const disk = layers.filter((layer) => layer.kind === 'disk');
      const told = disk.length === 0 ? layers : disk;
      const from = only(told.map(({ changedFrom }) => (changedFrom?.kind === 'image' ? changedFrom.name : null)));
      if (from !== null) return t('why.changedFrom', { name: from });
      const since = only(told.map(({ changedSinceMs }) => changedSinceMs));
      if (since !== null) return t('why.changedSince', { date: momentWords(since, i18n.language) });
      const reason = only(told.map((layer) => layer.reason));
      return reason === null ? t('why.upload') : t(`weave:reason.${reason}`);
    }
    case 'unknown':
      return t('why.unknown');
  }
}
