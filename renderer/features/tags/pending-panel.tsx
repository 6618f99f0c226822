import { Move, PencilLine, Plus, Trash2, Undo2, X } from 'lucide-react';
import { type ReactElement, useEffect, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import type { PlannedTagChange } from '../../../shared/models/tag-edit.ts';
import { IS_MAC, shortcutWords } from '../../ui/shortcut.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { repositoryKey } from '../registries/tree-rows.ts';
import { type ChangeLine, changeLines } from './change-lines.ts';
import { EditQuestions } from './edit-questions.tsx';
import { discardPending, dropPending, pendingOf, usePending } from './pending-changes.ts';
import { tellEdit } from './tell-edit.ts';
import { usePendingPlan } from './use-pending-plan.ts';
import { type TagEditing, useTagEdit } from './use-tag-edit.ts';
import './tags.css';

/** See {@link PendingPanel}. */
export interface PendingPanelProps {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly registries: readonly Registry[];
}

/** Tokens of a line; the rest is a number. */
const MOST_TOKENS = 6;
/** Lines that are drawn; the rest is a number. */
const MOST_LINES = 200;

/** The pending changes of a repository: what each does, and one button that makes them all. Absent while there are none. */
export function PendingPanel(props: PendingPanelProps): ReactElement | null {
  const { registry, repository, registries } = props;
  const { t } = useTranslation('tags');
  const place = repositoryKey(registry.host, repository.repository);
  const pending = usePending(place);
  const lines = useMemo(() => changeLines(repository, pending), [repository, pending]);
  const planned = usePendingPlan(registry.host, repository.repository, pending);
  const plannedByTag = useMemo(
    () => new Map((planned.plan?.changes ?? []).map((change) => [change.change.tag, change])),
    [planned.plan],
  );
  const words = useErrorWords();
  const editing = useTagEdit({ host: registry.host, repository: repository.repository }, (edit) => {
    const made = new Set(
      edit.changes.filter(({ state }) => state === 'done' || state === 'same').map(({ change }) => change.tag),
    );
    const ids = pendingOf(place).filter(({ change }) => made.has(change.tag) || edit.state === 'done');
    dropPending(
      place,
      ids.map(({ id }) => id),
    );
    tellEdit(edit, false, t);
  });
  const busy = editing.phase.kind === 'looking' || editing.phase.kind === 'applying';
  const apply = (): void => {
    if (busy || pending.length === 0) return;
    editing.start({ kind: 'apply', changes: pendingOf(place).map(({ change }) => change) });
  };
  const undoLast = (): void => {
    const last = pendingOf(place).at(-1);
    if (last !== undefined && !busy) dropPending(place, [last.id]);
  };
  useKeys(pending.length > 0, apply, undoLast);
  if (pending.length === 0) return null;
  return (
    <section className="pending" aria-label={t('pending')}>
      <header>
        <h2>{t('pending')}</h2>
        <span role="status">{t('notApplied', { count: pending.length })}</span>
        <span className="space" />
        <Button className="quiet-button" isDisabled={busy} onPress={undoLast}>
          <Undo2 size={13} strokeWidth={1.75} aria-hidden="true" />
          {t('undoLast')}
          <kbd>{shortcutWords({ key: 'Z' }, IS_MAC)}</kbd>
        </Button>
      </header>
      <ul>
        {lines.slice(0, MOST_LINES).map((line) => (
          <PendingLine
            key={line.ids[0]}
            line={line}
            planned={plannedOf(line, plannedByTag)}
            disabled={busy}
            onRemove={() => dropPending(place, line.ids)}
          />
        ))}
        {lines.length > MOST_LINES && (
          <li className="pending-more">{t('moreLines', { count: lines.length - MOST_LINES })}</li>
        )}
      </ul>
      <EditQuestions
        editing={editing}
        host={registry.host}
        repository={repository}
        registries={registries}
        onRetry={apply}
      />
      <PanelFoot
        editing={editing}
        count={pending.length}
        problem={planned.error === null ? null : words(planned.error).what}
        onApply={apply}
        onDiscard={() => discardPending(place)}
      />
    </section>
  );
}

function plannedOf(line: ChangeLine, planned: ReadonlyMap<string, PlannedTagChange>): PlannedTagChange | null {
  const mine = line.tags.flatMap((tag) => planned.get(tag) ?? []);
  // The one that needs the person's eye stands for the line.
  return mine.find(({ state }) => state !== 'ready' && state !== 'same') ?? mine[0] ?? null;
}

/** ⌘↩ applies, ⌘Z takes the last pending change back; not while a field is written in or a dialog is open. */
function useKeys(pending: boolean, apply: () => void, undoLast: () => void): void {
  useEffect(() => {
    if (!pending) return;
    const press = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey || event.defaultPrevented) return;
      const writes =
        event.target instanceof Element && event.target.matches('input, textarea, [contenteditable="true"]');
      if (writes || document.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
      if (event.key === 'Enter') apply();
      else if (event.key.toLowerCase() === 'z') undoLast();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  });
}

const ICONS = { add: Plus, move: Move, rename: PencilLine, remove: Trash2 } as const;

function PendingLine(props: {
  readonly line: ChangeLine;
  readonly planned: PlannedTagChange | null;
  readonly disabled: boolean;
  readonly onRemove: () => void;
}): ReactElement {
  const { line, planned, disabled, onRemove } = props;
  const { t } = useTranslation('tags');
  const Icon = ICONS[line.kind];
  const rest = line.tags.slice(MOST_TOKENS);
  const digest = (value: string | null): string => (value === null ? '' : shortDigest(value));
  return (
    <li data-kind={line.kind}>
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      <b>{t(`verb.${line.kind}`)}</b>
      <span className="pending-what">
        {line.tags.slice(0, MOST_TOKENS).map((tag) => (
          <span key={tag} className="tag-token">
            {tag}
          </span>
        ))}
        {rest.length > 0 && (
          <span className="tag-token tag-token-more" data-tip={rest.slice(0, 20).join('\n')}>
            +{rest.length}
          </span>
        )}
        <span>
          {line.kind === 'rename' && t('to', { name: line.to ?? '' })}
          {line.kind === 'add' && t('to', { name: digest(line.becomes) })}
          {line.kind === 'move' && t('fromTo', { from: digest(line.from), to: digest(line.becomes) })}
          {line.kind === 'remove' &&
            t(line.untags ? 'andDigest' : 'fromDigest', { count: line.tags.length, digest: digest(line.from) })}
        </span>
      </span>
      <LineCost line={line} planned={planned} />
      <Button
        className="icon-button button-small"
        isDisabled={disabled}
        aria-label={t('takeOut', { change: `${t(`verb.${line.kind}`)} ${line.tags.join(' ')}` })}
        onPress={onRemove}
      >
        <X size={14} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </li>
  );
}

/** What a line costs, or what stands in its way. */
function LineCost({
  line,
  planned,
}: {
  readonly line: ChangeLine;
  readonly planned: PlannedTagChange | null;
}): ReactElement {
  const { t } = useTranslation('tags');
  const words = useErrorWords();
  const { state = 'ready', found = null, error = null, ways = [] } = planned ?? {};
  switch (state) {
    case 'conflict':
      return (
        <span className="pending-cost" data-state="conflict">
          {found === null ? t('goneMeanwhile') : t('movedMeanwhile', { digest: shortDigest(found) })}
        </span>
      );
    case 'refused':
      return (
        <span className="pending-cost" data-state="refused">
          {error === null ? '' : words(error).what}
        </span>
      );
    case 'needsWay': {
      const others = new Set(ways.flatMap(({ alsoRemoved, putBack }) => [...alsoRemoved, ...putBack]));
      // The new name is nobody else's tag.
      if (line.to !== null) others.delete(line.to);
      return (
        <span className="pending-cost" data-state="asks" data-tip={[...others].slice(0, 20).join('\n')}>
          {t('asksFirst', { count: others.size })}
        </span>
      );
    }
    case 'ready':
    case 'same': {
      const frees = line.untags && line.kind !== 'rename';
      return (
        <span className="pending-cost">
          {!frees
            ? t('manifestOnly')
            : line.freed === null
              ? t('noTagLeft')
              : t('freesThere', { bytes: formatBytes(line.freed) })}
        </span>
      );
    }
  }
}

function PanelFoot(props: {
  readonly editing: TagEditing;
  readonly count: number;
  readonly problem: string | null;
  readonly onApply: () => void;
  readonly onDiscard: () => void;
}): ReactElement {
  const { editing, count, problem, onApply, onDiscard } = props;
  const { t } = useTranslation('tags');
  const { kind } = editing.phase;
  const busy = kind === 'looking' || kind === 'applying';
  return (
    <footer>
      {problem === null ? (
        <span className="pending-note">
          <Undo2 size={13} strokeWidth={1.75} aria-hidden="true" />
          {t('keptFor')}
        </span>
      ) : (
        <span className="pending-note" data-problem="true" role="alert">
          {problem}
        </span>
      )}
      {busy ? (
        <>
          <span role="status">{t(kind === 'looking' ? 'looking' : 'applying')}</span>
          <Button className="button" onPress={editing.stop}>
            {t('stop')}
          </Button>
        </>
      ) : (
        <>
          <Button className="button" onPress={onDiscard}>
            {t('discardAll')}
          </Button>
          <Button className="button button-primary" onPress={onApply}>
            {t('apply', { count })}
            <kbd>{IS_MAC ? '⌘↩' : 'Ctrl+↩'}</kbd>
          </Button>
        </>
      )}
    </footer>
  );
}
