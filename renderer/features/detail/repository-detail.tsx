import { RefreshCw } from 'lucide-react';
import { type ReactElement, type RefObject, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { ErrorReport } from '../push/error-report.tsx';
import { packedSum, repositoryKey, tagsOf, tokensThatFit } from '../registries/tree-rows.ts';
import type { TagReadings } from '../registries/use-tag-reading.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { useRowWindow } from '../weave/use-row-window.ts';
import { Facts } from './facts.tsx';

/** See {@link RepositoryDetail}. */
export interface RepositoryDetailProps {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly readings: TagReadings;
  /** Scrolls the detail. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onSelect: (key: string) => void;
}

/** Room of the tokens in the table. CSS px. */
const TOKEN_ROOM = 300;
/** Height of a table row in CSS px at 100 % text. */
const ROW_HEIGHT = 26;

/** A repository: its tags by digest, and the way to read them again. */
export function RepositoryDetail(props: RepositoryDetailProps): ReactElement {
  const { registry, repository, readings, scroller, onSelect } = props;
  const { t, i18n } = useTranslation('panes');
  const copy = useCopy();
  const key = repositoryKey(registry.host, repository.repository);
  const reading = readings.readings.get(key);
  const failure = readings.failures.get(key);
  const { readMs, tagCount, groups } = repository;
  const size = packedSum(repository);
  const read = (): void => readings.read(registry.host, repository.repository);
  const figures = new Intl.NumberFormat(i18n.language, { useGrouping: 'min2' });
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{key}</h1>
          <p>
            <span>
              {readMs === null
                ? t('notRead')
                : t('tagsAndDigests', {
                    tags: t('tags', { count: tagCount ?? 0 }),
                    digests: t('digests', { count: groups.length }),
                  })}
            </span>
            {readMs !== null && <span>{t('asOf', { time: timeOfDay(readMs, i18n.language) })}</span>}
          </p>
        </div>
        <span className="space" />
        <Button className="button" isDisabled={reading !== undefined} onPress={read}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('readTags')}
        </Button>
      </header>
      {failure !== undefined && (
        <ErrorReport
          error={failure}
          onCopy={copy}
          kept={readMs === null ? '' : t('tagsKept')}
          actions={
            <Button className="button button-primary" onPress={read}>
              {t('tryAgain')}
            </Button>
          }
        />
      )}
      {reading !== undefined && (
        <p className="detail-reading">
          <ReadingLine
            verb={t('readingTags')}
            startedMs={reading.startedMs}
            number={
              reading.progress === null
                ? ''
                : t('xOfY', {
                    part: figures.format(reading.progress.read),
                    whole: figures.format(reading.progress.total),
                  })
            }
            onStop={() => readings.stop(key)}
          />
        </p>
      )}
      <Facts
        facts={[
          {
            name: t('reference'),
            value: <Copyable text={key} label={t('copyReference')} />,
          },
          ...(size === null || groups.length === 0 ? [] : [{ name: t('packedTotal'), value: formatBytes(size) }]),
        ]}
      />
      {groups.length > 0 && <GroupTable repository={repository} name={key} scroller={scroller} onSelect={onSelect} />}
    </div>
  );
}

function GroupTable(props: {
  readonly repository: Repository;
  readonly name: string;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onSelect: (key: string) => void;
}): ReactElement {
  const { repository, name, scroller, onSelect } = props;
  const { t, i18n } = useTranslation('panes');
  const table = useRef<HTMLTableElement>(null);
  const { groups } = repository;
  const { first, last, before, after } = useRowWindow(scroller, groups.length, ROW_HEIGHT);
  return (
    <table ref={table} className="table groups-table">
      <thead>
        <tr>
          <th>{t('tagsHead')}</th>
          <th>{t('digest')}</th>
          <th className="end">{t('packed')}</th>
          <th className="end optional">{t('uploaded')}</th>
        </tr>
      </thead>
      <tbody>
        <tr className="rows-away" style={{ height: before }} />
        {groups.slice(first, last).map((group) => {
          const tags = tagsOf(group);
          return (
            <tr key={group.digest}>
              <td>
                <Button
                  className="row-link"
                  aria-label={t('showImage', { name: tags[0] ?? group.digest })}
                  onPress={() => onSelect(`${name}@${group.digest}`)}
                >
                  <TagTokens tags={tags} most={tokensThatFit(tags, TOKEN_ROOM)} />
                </Button>
              </td>
              <td>
                <code className="digest" data-tip={group.digest}>
                  {shortDigest(group.digest)}
                </code>
              </td>
              <td className="end">{group.size === null ? '' : formatBytes(group.size)}</td>
              <td className="end optional quiet-cell">
                {group.uploadTime === null ? '' : momentWords(Date.parse(group.uploadTime), i18n.language)}
              </td>
            </tr>
          );
        })}
        <tr className="rows-away" style={{ height: after }} />
      </tbody>
    </table>
  );
}
