import { ChevronRight, CircleAlert, KeyRound, Package, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { HealthDot } from '../../ui/health-dot.tsx';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { ThisComputerCells } from '../store/this-computer-cells.tsx';
import type { ThisComputer } from '../store/use-this-computer.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { emptyRegistry } from './empty-registry.ts';
import { packedSum, plainGroups, plainTagCount, type RegistryRow, tokensThatFit } from './tree-rows.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** See {@link RegistryRowCells}. */
export interface RegistryRowProps {
  readonly row: RegistryRow;
  readonly readings: TagReadings;
  readonly own: ThisComputer;
  /** Room for the tokens of a digest. CSS px. */
  readonly tokenRoom: number;
  readonly language: string;
}

function Chevron({ open }: { readonly open: boolean | null }): ReactElement {
  return (
    <span className="tree-list-chevron" data-open={open} data-chevron="">
      {open !== null && <ChevronRight size={13} strokeWidth={1.75} aria-hidden="true" />}
    </span>
  );
}

/** The cells of a row of the Registries pane. */
export function RegistryRowCells(props: RegistryRowProps): ReactElement {
  const { row, readings, own, tokenRoom, language } = props;
  switch (row.kind) {
    case 'registry':
      if (!row.registry.thisComputer) return <RegistryCells registry={row.registry} open={row.open} />;
      return (
        <>
          <Chevron open={row.open} />
          <ThisComputerCells own={own} />
        </>
      );
    case 'repository':
      return <RepositoryCells row={row} readings={readings} language={language} />;
    case 'group':
      return <GroupCells row={row} tokenRoom={tokenRoom} />;
    case 'reading':
      return <ReadingCells of={row.of} readings={readings} language={language} />;
    case 'noTags':
    case 'noRepositories':
      return <NothingCells kind={row.kind} registry={row.registry} />;
    case 'newRepository':
      return <NewRepositoryCells />;
  }
}

function RegistryCells({
  registry,
  open,
}: {
  readonly registry: Registry;
  readonly open: boolean | null;
}): ReactElement {
  const { t } = useTranslation('panes');
  const { host, health, account, error, repositories, insecure, choices } = registry;
  const notes = [
    account === null ? '' : t('signedInAs', { name: account.name }),
    insecure ? t('overPlainHttp') : '',
  ].filter((note) => note !== '');
  return (
    <>
      <Chevron open={open} />
      <HealthDot health={health} />
      <span className="name registry-name" data-tip={`${host}\n${[t(`health.${health}`), ...notes].join('\n')}`}>
        {choices.name ?? host}
      </span>
      {error === null ? (
        <span className="quiet">{notes.join(', ')}</span>
      ) : (
        <ErrorBadge host={host} known={account !== null} error={error} />
      )}
      <span className="fill" />
      <span className="figure repository-count">{t('repositories', { count: repositories.length })}</span>
    </>
  );
}

/** The state of a registry that refuses, in a word; the detail says the rest. */
function ErrorBadge(props: {
  readonly host: string;
  /** Somebody is signed in. */
  readonly known: boolean;
  readonly error: ErrorData;
}): ReactElement {
  const { host, known, error } = props;
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  if (error.actions.includes('signIn')) {
    return (
      <Button
        className="badge badge-button"
        data-kind="fail"
        data-tip={words(error).what}
        // The row has the command in its menu; the tree is one tab stop.
        excludeFromTabOrder
        onPress={() => askForSignIn(host)}
      >
        <KeyRound size={11} strokeWidth={1.75} aria-hidden="true" />
        {t(known ? 'signIn:signInAgain' : 'signIn:signIn')}
      </Button>
    );
  }
  return (
    <span className="badge" data-kind="fail" data-tip={words(error).what}>
      <CircleAlert size={11} strokeWidth={1.75} aria-hidden="true" />
      {t(error.code === 'registry.unreachable' ? 'badge.offline' : 'badge.error')}
    </span>
  );
}

function RepositoryCells(props: {
  readonly row: RegistryRow & { kind: 'repository' };
  readonly readings: TagReadings;
  readonly language: string;
}): ReactElement {
  const { row, readings, language } = props;
  const { t } = useTranslation('panes');
  const { repository, registry } = row;
  const { readMs, groups } = repository;
  const failed = readings.failures.has(row.key);
  const old = failed || registry.health === 'refused' || registry.health === 'offline';
  const counts =
    readMs === null
      ? t('notRead')
      : t('tagsAndDigests', {
          tags: t('tags', { count: plainTagCount(repository) }),
          digests: t('digests', { count: plainGroups(repository).length }),
        });
  const note = old && readMs !== null ? t('asOf', { time: timeOfDay(readMs, language) }) : counts;
  const size = packedSum(repository);
  return (
    <>
      <Guides level={1} />
      <Chevron open={row.open} />
      <span className="icon">
        <Package size={14} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <span
        className="name"
        data-tip={[`${registry.host}/${repository.repository}`, counts, ...asOfLine(t, readMs, language)].join('\n')}
      >
        {repository.repository}
      </span>
      <span className="quiet">{note}</span>
      <span className="fill" />
      {readings.readings.has(row.key) ? (
        <span className="quiet">{t('readingTags')}</span>
      ) : (
        <span className="figure">{size === null || groups.length === 0 ? '' : formatBytes(size)}</span>
      )}
    </>
  );
}

function asOfLine(
  t: ReturnType<typeof useTranslation<'panes'>>['t'],
  readMs: number | null,
  language: string,
): string[] {
  return readMs === null ? [] : [t('asOf', { time: timeOfDay(readMs, language) })];
}

function GroupCells(props: {
  readonly row: RegistryRow & { kind: 'group' };
  readonly tokenRoom: number;
}): ReactElement {
  const { row, tokenRoom } = props;
  const { group, tags } = row;
  return (
    <>
      <Guides level={2} />
      <TagTokens tags={tags} most={tokensThatFit(tags, tokenRoom)} />
      <span className="digest tree-digest" data-tip={group.digest}>
        {shortDigest(group.digest)}
      </span>
      <span className="figure tree-size">{group.size === null ? '' : formatBytes(group.size)}</span>
    </>
  );
}

function ReadingCells(props: {
  readonly of: string;
  readonly readings: TagReadings;
  readonly language: string;
}): ReactElement {
  const { of, readings, language } = props;
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  const reading = readings.readings.get(of);
  const failure = readings.failures.get(of);
  const figures = new Intl.NumberFormat(language, { useGrouping: 'min2' });
  if (reading !== undefined) {
    const { progress } = reading;
    const number =
      progress === null
        ? ''
        : t('xOfY', { part: figures.format(progress.read), whole: figures.format(progress.total) });
    return (
      <>
        <Guides level={2} />
        <ReadingLine
          verb={t('readingTags')}
          startedMs={reading.startedMs}
          number={number}
          onStop={() => readings.stop(of)}
        />
      </>
    );
  }
  return (
    <>
      <Guides level={2} />
      <span className="quiet" data-kind={failure === undefined ? undefined : 'fail'}>
        {failure === undefined ? t('notRead') : words(failure).what}
      </span>
    </>
  );
}

function NothingCells(props: {
  readonly kind: 'noTags' | 'noRepositories';
  readonly registry: Registry;
}): ReactElement {
  const { kind, registry } = props;
  const { t } = useTranslation('panes');
  const { t: store } = useTranslation('store');
  const words =
    kind === 'noTags' ? t('noTags') : registry.thisComputer ? store('noImages') : t(emptyRegistry(registry));
  return (
    <>
      <Guides level={kind === 'noTags' ? 2 : 1} />
      <span className="quiet" data-tip={words}>
        {words}
      </span>
    </>
  );
}

/** Where something that is carried can be dropped to be asked for a name. */
function NewRepositoryCells(): ReactElement {
  const { t } = useTranslation('drag');
  return (
    <>
      <Guides level={1} />
      <span className="tree-list-chevron" />
      <span className="icon">
        <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <span className="new-repository">{t('newRepository')}</span>
    </>
  );
}

/** The lines that lead down to a row, 16 px a level. */
function Guides({ level }: { readonly level: 1 | 2 }): ReactElement {
  return (
    <span className="tree-guides" data-level={level} aria-hidden="true">
      <i />
      {level === 2 && <i />}
    </span>
  );
}
