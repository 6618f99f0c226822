import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SavingsBucket as OverTime } from '../../../shared/models/savings.ts';
import { dayWords } from '../../ui/moment.ts';
import { useElementSize } from '../../ui/use-element-size.ts';
import { CellSwatch } from '../weave/cell-swatch.tsx';
import { CHART_FILL } from './chart-patterns.tsx';
import { BAR_PARTS, type Bar, barChart, type PushedBucket, pushedIn } from './pushed-bars.ts';
import { bucketStart, bucketsBetween, type SavingsBucket } from './savings-period.ts';
import { type SortedColumn, SortedTable } from './sorted-table.tsx';
import { type ChartView, ViewSwitch } from './view-switch.tsx';

/** Height of the plot, room at its left for figures, and below for words. CSS px */
const PLOT = 190;
const LEFT = 40;
const BELOW = 22;
const ABOVE = 8;

/** What the engine answered, by bucket from the first moment of the period to now; buckets without a job are there, empty. */
export function pushedBuckets(
  overTime: readonly OverTime[],
  bucket: SavingsBucket,
  sinceMs: number,
  nowMs: number,
): readonly PushedBucket[] {
  const found = new Map(overTime.map((one) => [bucketStart(one.startMs, bucket), one]));
  return bucketsBetween(sinceMs, nowMs, bucket).map((startMs) => {
    const one = found.get(startMs);
    return {
      startMs,
      present: one?.present ?? 0,
      mount: one?.mounted ?? 0,
      duplicate: one?.duplicate ?? 0,
      upload: one?.uploaded ?? 0,
    };
  });
}

/** What was pushed, bar by bar: what was there below, what went over the network on top. */
export function PushedOverTime(props: {
  readonly buckets: readonly PushedBucket[];
  readonly bucket: SavingsBucket;
}): ReactElement {
  const { buckets, bucket } = props;
  const { t } = useTranslation('savings');
  const { t: weave } = useTranslation('weave');
  const [view, setView] = useState<ChartView>('picture');
  const box = useRef<HTMLDivElement>(null);
  const width = useElementSize(box)?.width ?? 660;
  const chart = useMemo(() => barChart(buckets, bucket, Math.max(80, width - LEFT), PLOT), [buckets, bucket, width]);
  return (
    <section className="savings-section" aria-label={t(`pushedBy.${bucket}`)}>
      <div className="savings-head">
        <h2>{t(`pushedBy.${bucket}`)}</h2>
        <span className="savings-head-note">{t('unitPacked', { unit: chart.unit })}</span>
        <ul className="savings-legend">
          {BAR_PARTS.map((part) => (
            <li key={part}>
              <CellSwatch kind={part} />
              {weave(`kind.${part}`)}
            </li>
          ))}
        </ul>
        <ViewSwitch
          view={view}
          picture={t('chart')}
          label={t('viewOf', { name: t(`pushedBy.${bucket}`) })}
          onView={setView}
        />
      </div>
      <div ref={box} className="savings-bars" style={{ height: PLOT + ABOVE + BELOW }}>
        {view === 'picture' ? (
          <Bars bars={chart} bucket={bucket} width={width} />
        ) : (
          <BucketTable buckets={buckets} bucket={bucket} />
        )}
      </div>
    </section>
  );
}

/** `2 Nov`, `2 Nov – 8 Nov`, `Nov 2026`. */
function useBucketWords(bucket: SavingsBucket): (startMs: number) => string {
  const { i18n } = useTranslation('savings');
  return (startMs) => {
    const language = i18n.language === 'en' ? 'en-GB' : i18n.language;
    if (bucket === 'month')
      return new Intl.DateTimeFormat(language, { month: 'short', year: 'numeric' }).format(startMs);
    if (bucket === 'day') return dayWords(startMs, i18n.language);
    const date = new Date(startMs);
    const last = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 6).getTime();
    return `${dayWords(startMs, i18n.language)} – ${dayWords(last, i18n.language)}`;
  };
}

function Bars(props: {
  readonly bars: ReturnType<typeof barChart>;
  readonly bucket: SavingsBucket;
  readonly width: number;
}): ReactElement {
  const { bars: chart, bucket, width } = props;
  const { t, i18n } = useTranslation('savings');
  const { t: weave } = useTranslation('weave');
  const words = useBucketWords(bucket);
  const [active, setActive] = useState<number | null>(null);
  const own = useRef<SVGSVGElement>(null);
  // The newest bar is the first stop.
  const stop = Math.min(active ?? chart.bars.length - 1, chart.bars.length - 1);

  function press(event: KeyboardEvent): void {
    const last = chart.bars.length - 1;
    const to = { ArrowLeft: stop - 1, ArrowRight: stop + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(last, to));
    setActive(at);
    own.current?.querySelector<SVGElement>(`[data-bar="${String(at)}"]`)?.focus();
  }

  const tip = (bar: Bar): string =>
    [
      `${words(bar.startMs)}: ${formatBytes(bar.total)}`,
      ...bar.segments.toReversed().map(({ part, bytes }) => `${weave(`kind.${part}`)} ${formatBytes(bytes)}`),
    ].join('\n');
  const monthFormat = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, { month: 'short' });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture has no field set
    <svg
      ref={own}
      className="savings-bar-chart"
      width={width}
      height={PLOT + ABOVE + BELOW}
      role="group"
      aria-label={t(`pushedBy.${bucket}`)}
      onKeyDown={press}
    >
      <g transform={`translate(${String(LEFT)} ${String(ABOVE)})`}>
        {chart.ticks.map(({ y, label }) => (
          // biome-ignore lint/a11y/noAriaHiddenOnFocusable: lines and figures take no focus; each bar says its own
          <g key={label} aria-hidden="true">
            <path
              className={y === PLOT ? 'chart-base' : 'chart-grid'}
              d={`M0 ${String(y + 0.5)}H${String(width - LEFT)}`}
            />
            <text className="chart-figure" x={-10} y={y} dy="0.36em" textAnchor="end">
              {label}
            </text>
          </g>
        ))}
        {chart.months.map(({ x, startMs }) => (
          // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a word takes no focus
          <text key={startMs} className="chart-figure" x={x} y={PLOT + 16} aria-hidden="true">
            {monthFormat.format(startMs)}
          </text>
        ))}
        {chart.bars.map((bar, at) => (
          // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a bar says what it is, it does nothing
          <g
            key={bar.startMs}
            className="chart-bar"
            role="img"
            aria-label={tip(bar).replaceAll('\n', ', ')}
            data-tip={tip(bar)}
            data-bar={at}
            tabIndex={at === stop ? 0 : -1}
            onFocus={() => setActive(at)}
          >
            <rect className="chart-hit" x={bar.x - 2} y={0} width={bar.width + 4} height={PLOT} />
            {bar.segments.map(({ part, y, height }) => (
              <rect
                key={part}
                className="chart-part"
                x={bar.x}
                y={y}
                width={bar.width}
                height={height}
                fill={CHART_FILL[part]}
              />
            ))}
            <rect className="chart-focus" x={bar.x - 2} y={0} width={bar.width + 4} height={PLOT} />
          </g>
        ))}
      </g>
    </svg>
  );
}

function BucketTable(props: {
  readonly buckets: readonly PushedBucket[];
  readonly bucket: SavingsBucket;
}): ReactElement {
  const { buckets, bucket } = props;
  const { t } = useTranslation('savings');
  const { t: weave } = useTranslation('weave');
  const words = useBucketWords(bucket);
  const columns: readonly SortedColumn<PushedBucket>[] = [
    {
      id: 'start',
      head: t(`bucket.${bucket}`),
      figures: false,
      value: ({ startMs }) => startMs,
      cell: ({ startMs }) => words(startMs),
    },
    ...BAR_PARTS.map(
      (part): SortedColumn<PushedBucket> => ({
        id: part,
        head: weave(`kind.${part}`),
        figures: true,
        value: (one) => one[part],
        cell: (one) => (one[part] === 0 ? '' : formatBytes(one[part])),
      }),
    ),
    {
      id: 'total',
      head: t('column.pushed'),
      figures: true,
      value: pushedIn,
      cell: (one) => (pushedIn(one) === 0 ? '' : formatBytes(pushedIn(one))),
    },
  ];
  return (
    <SortedTable
      label={t(`pushedBy.${bucket}`)}
      rows={buckets}
      keyOf={({ startMs }) => String(startMs)}
      columns={columns}
      first={{ by: 'start', descending: true }}
      empty={t('noJobs')}
    />
  );
}
