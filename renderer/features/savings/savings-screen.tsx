import { ChevronsUpDown } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Savings } from '../../../shared/models/savings.ts';
import type { ImageName } from '../../../shared/models/sharing.ts';
import { useClient } from '../../state/client.ts';
import { useMemory } from '../../state/window-memory.ts';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { compareImages, imageName } from '../compare/compare-start.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { ChartPatterns } from './chart-patterns.tsx';
import { ExportReport } from './export-report.tsx';
import { PushedOverTime, pushedBuckets } from './pushed-over-time.tsx';
import { RegistrySharing, SHARING_TOPICS, WhichShare } from './registry-sharing.tsx';
import { SavingsBy } from './savings-by.tsx';
import { SavingsFigures } from './savings-figures.tsx';
import { periodRange, SAVINGS_PERIODS, type SavingsPeriod } from './savings-period.ts';
import { useReading } from './use-reading.ts';
import '../detail/detail.css';
import './savings.css';
import { Segments } from '../../ui/segments.tsx';

const periodSchema = z.enum(SAVINGS_PERIODS);
const TOPICS = ['report.changed'] as const;

/** See {@link SavingsScreen}. */
export interface SavingsScreenProps {
  readonly registries: readonly Registry[];
  /** Leads to where something can be pushed. */
  readonly onImages: () => void;
}

/** What deduplication saved, and what the registries are filled with. Everything is recorded or known; nothing is asked of a registry. */
export function SavingsScreen({ registries, onImages }: SavingsScreenProps): ReactElement {
  const { t } = useTranslation('savings');
  const client = useClient();
  const [period, setPeriod] = useMemory('savings.period', periodSchema, 'months6');
  const [wanted, setRegistry] = useState<string | null>(null);
  const [exportError, setExportError] = useState<ErrorData | null>(null);
  const registry = registries.some(({ host }) => host === wanted) ? wanted : null;
  const savings = useReading(
    (signal) =>
      client.call('report.savings', { ...periodRange(period, Date.now()), untilMs: null, registry }, { signal }),
    `${period} ${registry ?? ''}`,
    TOPICS,
  );
  const images = useReading(
    (signal) => client.call('report.images', { registry }, { signal }),
    registry ?? '',
    SHARING_TOPICS,
  );
  const nothingRecorded = savings.value !== null && savings.value.firstMs === null;
  const nothingKnown = images.value !== null && images.value.images === 0;
  const reading =
    savings.startedMs !== null && savings.value === null ? savings : images.value === null ? images : null;
  return (
    <main className="savings" aria-label={t('savings')} data-pane="savings" tabIndex={-1}>
      <ChartPatterns />
      <header className="savings-title">
        <h1>{t('savings')}</h1>
        <span className="space" />
        <PeriodSwitch period={period} onPeriod={(next) => setPeriod(() => next)} />
        {registries.length > 1 && (
          <RegistrySelect registries={registries} registry={registry} onRegistry={setRegistry} />
        )}
        {savings.value !== null && !(nothingRecorded && nothingKnown) && (
          <ExportReport filter={savings.value.filter} onError={setExportError} />
        )}
      </header>
      {exportError !== null && <ReadingError error={exportError} again={null} />}
      {[savings, images].map(
        ({ error, again }, at) =>
          error !== null && <ReadingError key={at === 0 ? 'savings' : 'images'} error={error} again={again} />,
      )}
      {reading !== null && reading.startedMs !== null && (
        <ReadingLine verb={t('reading')} startedMs={reading.startedMs} number="" onStop={reading.stop} />
      )}
      {nothingRecorded && nothingKnown ? (
        <NothingPushed onImages={onImages} />
      ) : (
        <>
          {savings.value !== null && savings.value.firstMs !== null && <SavingsFigures totals={savings.value.totals} />}
          {nothingRecorded && <p className="savings-nothing">{t('nothingRecorded')}</p>}
          <div className="savings-halves">
            <div>
              {savings.value !== null && savings.value.firstMs !== null && (
                <OverTime
                  savings={savings.value}
                  firstMs={savings.value.firstMs}
                  nowMs={savings.readMs ?? savings.value.firstMs}
                  onAll={() => setPeriod(() => 'all')}
                />
              )}
              {images.value !== null && !nothingKnown && <WhichShare registry={registry} onCompare={comparePair} />}
            </div>
            <div>{images.value !== null && !nothingKnown && <RegistrySharing images={images.value} />}</div>
          </div>
          {savings.value !== null && savings.value.totals.jobs > 0 && <SavingsBy savings={savings.value} />}
        </>
      )}
    </main>
  );
}

/** Shows two images of the matrix beside each other. */
function comparePair(a: ImageName, b: ImageName): void {
  compareImages(imageName(a.registry, a.repository, a), imageName(b.registry, b.repository, b));
}

/** The bars of the period; where no job ended in it, that, and the way to all of them. */
function OverTime(props: {
  readonly savings: Savings;
  readonly firstMs: number;
  /** When that was read. */
  readonly nowMs: number;
  readonly onAll: () => void;
}): ReactElement {
  const { savings, firstMs, nowMs, onAll } = props;
  const { t } = useTranslation('savings');
  const { bucket, sinceMs } = savings.filter;
  if (savings.totals.jobs === 0) {
    return (
      <div className="empty savings-none">
        <h3>{t('noJobs')}</h3>
        <Button className="button button-small" onPress={onAll}>
          {t('showAll')}
        </Button>
      </div>
    );
  }
  // Before the first job there was nothing to push: a period that is longer begins with it.
  const buckets = pushedBuckets(savings.overTime, bucket, sinceMs ?? firstMs, nowMs);
  return <PushedOverTime buckets={buckets} bucket={bucket} />;
}

function PeriodSwitch(props: {
  readonly period: SavingsPeriod;
  readonly onPeriod: (period: SavingsPeriod) => void;
}): ReactElement {
  const { period, onPeriod } = props;
  const { t } = useTranslation('savings');
  return (
    <Segments
      label={t('period')}
      choices={SAVINGS_PERIODS}
      value={period}
      words={(one) => t(`periods.${one}`)}
      onChange={onPeriod}
    />
  );
}

/** The key of no registry in particular; no host is called so. */
const ALL = '*';

function RegistrySelect(props: {
  readonly registries: readonly Registry[];
  readonly registry: string | null;
  readonly onRegistry: (host: string | null) => void;
}): ReactElement {
  const { registries, registry, onRegistry } = props;
  const { t } = useTranslation('savings');
  const choices = [
    { key: ALL, name: t('allRegistries') },
    ...registries.map(({ host, thisComputer }) => ({ key: host, name: thisComputer ? t('thisComputer') : host })),
  ];
  return (
    <Select
      className="select"
      aria-label={t('registry')}
      value={registry ?? ALL}
      onChange={(key) => {
        if (typeof key === 'string') onRegistry(key === ALL ? null : key);
      }}
    >
      <Button className="button button-small select-button">
        <SelectValue className="select-value" />
        <ChevronsUpDown size={12} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <Popover className="popover menu-popover">
        <ListBox className="menu">
          {choices.map(({ key, name }) => (
            <ListBoxItem key={key} id={key} textValue={name} className="menu-row">
              {name}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** The screen before the first push. */
function NothingPushed({ onImages }: { readonly onImages: () => void }): ReactElement {
  const { t } = useTranslation('savings');
  return (
    <div className="empty savings-none">
      <h3>{t('nothingPushed')}</h3>
      <p>{t('nothingPushedMore')}</p>
      <Button className="button button-small" onPress={onImages}>
        {t('goToImages')}
      </Button>
    </div>
  );
}

/** An error above what is shown; `again` null = there is nothing to read again. */
function ReadingError({
  error,
  again,
}: {
  readonly error: ErrorData;
  readonly again: (() => void) | null;
}): ReactElement {
  const { t } = useTranslation('savings');
  const words = useErrorWords()(error);
  return (
    <div className="pane-notice" role="alert">
      <b>{words.what}</b>
      {words.behind}
      {again !== null && (
        <Button className="button button-small" onPress={again}>
          {t('readAgain')}
        </Button>
      )}
    </div>
  );
}
