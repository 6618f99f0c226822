import { ArrowLeft, ArrowLeftRight } from 'lucide-react';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { totalBytes } from '../../../shared/format/compared.ts';
import { chunkLength, offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { Comparison } from '../../../shared/models/comparison.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { ExportMenu } from '../../ui/export-menu.tsx';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { Segments } from '../../ui/segments.tsx';
import { askCopy } from '../copy/copy-start.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import './compare.css';
import {
  compareRows,
  DIFFERENCE_KINDS,
  type DifferenceKind,
  isDifference,
  type PlaceKind,
  type PlaceTotal,
  placeTotals,
} from '../../../shared/models/differences.ts';
import { CompareFigures } from './compare-figures.tsx';
import { sideChoices } from './compare-sides.ts';
import { chooseCompared, comparedPair } from './compare-start.ts';
import { CompareSwatch } from './compare-swatch.tsx';
import { CompareTable } from './compare-table.tsx';
import { CompareWeave } from './compare-weave.tsx';
import { SidePicker } from './side-picker.tsx';
import { useComparison } from './use-comparison.ts';

/** See {@link CompareScreen}. */
export interface CompareScreenProps {
  readonly vms: readonly Vm[];
  readonly registries: readonly Registry[];
  /** Opens the plan of a push. */
  readonly onPush: (vm: Vm, references: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Two images beside each other: what both have, what only one has, chunk by chunk. */
export function CompareScreen({ vms, registries, onPush, onClose }: CompareScreenProps): ReactElement {
  const { t } = useTranslation('compare');
  const { a, b } = useStore(comparedPair);
  const choices = useMemo(() => sideChoices(vms, registries), [vms, registries]);
  const { comparison: current, error, startedMs, stopped, again, stop } = useComparison(a, b);
  const client = useClient();
  const [exportError, setExportError] = useState<ErrorData | null>(null);
  const words = useErrorWords();
  const main = useRef<HTMLElement>(null);
  // What asked for the screen may be gone.
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, []);
  return (
    <main
      ref={main}
      className="compare"
      tabIndex={-1}
      aria-label={t('title')}
      aria-busy={startedMs !== null}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="compare-head">
        <Button className="icon-button" aria-label={t('back')} data-tip={t('back')} onPress={onClose}>
          <ArrowLeft size={15} strokeWidth={1.75} aria-hidden="true" />
        </Button>
        <h1>{t('title')}</h1>
        {a !== null && b !== null && current !== null && (
          <ExportMenu
            subject="comparison"
            written={t('written')}
            write={(request) => client.call('images.compareExport', { a, b, ...request })}
            onError={setExportError}
          />
        )}
      </header>
      <div className="compare-sides">
        <SidePicker
          letter="A"
          choices={choices}
          chosen={a}
          side={current?.a ?? null}
          onChoose={(name) => chooseCompared({ a: name })}
        />
        <Button
          className="button compare-swap"
          aria-label={t('swap')}
          data-tip={t('swap')}
          onPress={() => chooseCompared({ a: b, b: a })}
        >
          <ArrowLeftRight size={14} strokeWidth={1.75} aria-hidden="true" />
        </Button>
        <SidePicker
          letter="B"
          choices={choices}
          chosen={b}
          side={current?.b ?? null}
          onChoose={(name) => chooseCompared({ b: name })}
        />
      </div>
      {exportError !== null && (
        <div className="pane-notice compare-notice" role="alert">
          <span>{words(exportError).what}</span> <span>{words(exportError).means}</span>
        </div>
      )}
      {error !== null && (
        <div className="pane-notice compare-notice" role="alert">
          <span>{words(error).what}</span> <span>{words(error).means}</span>{' '}
          <Button className="button button-small" onPress={again}>
            {t('compareAgain')}
          </Button>
        </div>
      )}
      {(a === null || b === null) && <p className="compare-empty">{t('chooseTwo')}</p>}
      {a !== null && b !== null && current === null && error === null && (
        <p className="compare-empty">
          {startedMs !== null && <ReadingLine verb={t('comparing')} startedMs={startedMs} number="" onStop={stop} />}
          {stopped && (
            <Button className="button button-small" onPress={again}>
              {t('compareAgain')}
            </Button>
          )}
        </p>
      )}
      {current !== null && (
        <Compared
          comparison={current}
          onPlan={planOf(current, vms, onPush)}
          key={`${current.a.name} ${current.b.name}`}
        />
      )}
    </main>
  );
}

/** What makes a plan of bringing A to B's repository: the sheet of a push, or the dialog of a copy. */
function planOf(
  { a, pushing }: Comparison,
  vms: readonly Vm[],
  onPush: CompareScreenProps['onPush'],
): (() => void) | null {
  if (pushing === null) return null;
  const place = `${pushing.registry}/${pushing.repository}`;
  if (a.kind === 'vm') {
    const vm = vms.find(({ id }) => id === a.name);
    return vm === undefined ? null : () => onPush(vm, [place]);
  }
  const { registry: host, repository, digest, tags } = a;
  if (host === null || repository === null || digest === null) return null;
  const cargo = { kind: 'images', host, repository, images: [{ digest, tags }], whole: false } as const;
  return () => askCopy({ cargo, place, moving: false, plan: null });
}

type Filter = 'all' | DifferenceKind;
const FILTERS: readonly Filter[] = ['all', ...DIFFERENCE_KINDS];
const VIEWS = ['weave', 'table'] as const;
type View = (typeof VIEWS)[number];

function Compared(props: { readonly comparison: Comparison; readonly onPlan: (() => void) | null }): ReactElement {
  const { comparison, onPlan } = props;
  const { chunks, chunkSize } = comparison;
  const { t } = useTranslation('compare');
  const [view, setView] = useState<View>('weave');
  const [filter, setFilter] = useState<Filter>('all');
  const [highlighted, setHighlighted] = useState<PlaceKind | null>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const [opened, setOpened] = useState<{ readonly place: number } | null>(null);
  const rows = useMemo(() => compareRows(chunks), [chunks]);
  const differences = useMemo(() => rows.filter(isDifference), [rows]);
  const shown = useMemo(
    () => (filter === 'all' ? differences : differences.filter(({ kind }) => kind === filter)),
    [differences, filter],
  );
  const totals = useMemo(() => placeTotals(chunks), [chunks]);
  const unit = offsetUnit(chunkSize);
  return (
    <>
      <CompareFigures comparison={comparison} onPlan={onPlan} />
      <section className="compare-picture" aria-label={t('weave')}>
        <div className="compare-picture-head">
          <h2>{t('weave')}</h2>
          <p>{t('weaveNote', { count: chunks.length, size: chunkLength(chunkSize) })}</p>
          <Segments label={t('view')} choices={VIEWS} value={view} words={(one) => t(one)} onChange={setView} />
        </div>
        {view === 'weave' ? (
          <>
            <div className="compare-weave">
              <CompareWeave
                comparison={comparison}
                highlighted={highlighted}
                marked={marked}
                onMark={setMarked}
                onOpen={(place) => setOpened({ place })}
                onToggleTable={() => setView('table')}
              />
            </div>
            <Legend totals={totals} onHighlight={setHighlighted} />
          </>
        ) : (
          <CompareTable
            rows={rows}
            chunkSize={chunkSize}
            label={t('tableOf', { unit: unit.name })}
            marked={null}
            onMark={() => undefined}
            opened={null}
          />
        )}
      </section>
      {view === 'weave' && (
        <section className="compare-differences" aria-label={t('differences')}>
          <div className="compare-differences-head">
            <h2>{t('differences')}</h2>
            <Segments
              label={t('differences')}
              choices={FILTERS}
              value={filter}
              words={(kind) => t(`filter.${kind}`)}
              count={(kind) =>
                kind === 'all' ? differences.length : differences.filter((row) => row.kind === kind).length
              }
              onChange={setFilter}
            />
          </div>
          {shown.length === 0 ? (
            <p className="compare-empty">{t(filter === 'all' ? 'noDifference' : 'noneOfThese')}</p>
          ) : (
            <CompareTable
              rows={shown}
              chunkSize={chunkSize}
              label={t('differences')}
              marked={marked}
              onMark={setMarked}
              opened={opened}
            />
          )}
        </section>
      )}
    </>
  );
}

function Legend(props: {
  readonly totals: readonly PlaceTotal[];
  readonly onHighlight: (kind: PlaceKind | null) => void;
}): ReactElement {
  const { totals, onHighlight } = props;
  const { t } = useTranslation('compare');
  return (
    <ul className="compare-legend" aria-label={t('legend')}>
      {totals.map(({ kind, ...total }) => (
        <li key={kind}>
          <button
            type="button"
            className="compare-legend-entry"
            onPointerEnter={() => onHighlight(kind)}
            onPointerLeave={() => onHighlight(null)}
            onFocus={() => onHighlight(kind)}
            onBlur={() => onHighlight(null)}
          >
            <CompareSwatch kind={kind} />
            <b>{t(`kind.${kind}`)}</b>{' '}
            <span>{t('legendValue', { chunks: t('chunks', { count: total.chunks }), bytes: totalBytes(total) })}</span>{' '}
            {t(`hint.${kind}`) !== '' && <span>{t(`hint.${kind}`)}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
