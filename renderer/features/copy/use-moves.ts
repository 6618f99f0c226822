import type { TFunction } from 'i18next';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { toAppError } from '../../../shared/errors/app-error.ts';
import { type TagEdit, tagChangeSchema } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { showToast } from '../../state/toasts.ts';
import { readMemory, writeMemory } from '../../state/window-memory.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { undoEdit } from '../tags/undo-store.ts';

const moveSchema = z.object({
  jobId: z.string(),
  host: z.string(),
  repository: z.string(),
  /** Removals, each with the digest that was copied: a tag that moved since stays. */
  changes: z.array(tagChangeSchema),
});
const movesSchema = z.array(moveSchema);

/** A copy whose source gives its tags up once it is done. */
export type Move = z.infer<typeof moveSchema>;

const NAME = 'copy.moves';

function pendingMoves(): readonly Move[] {
  return readMemory(NAME, movesSchema) ?? [];
}

/** Remembers what is to go from the source when a copy is done, also after the window was closed. */
export function rememberMove(move: Move): void {
  writeMemory(NAME, [...pendingMoves(), move]);
}

function forgetMove(jobId: string): void {
  writeMemory(
    NAME,
    pendingMoves().filter((move) => move.jobId !== jobId),
  );
}

/**
 * Finishes moves: when the copy of one is done, its tags go from the source, which can be undone. While a copy is not done,
 * also where it failed and may be tried again, the source keeps everything.
 */
export function useMoves(): void {
  const client = useClient();
  const { t } = useTranslation('copy');
  const words = useErrorWords();
  const now = useRef({ t, words });
  useEffect(() => {
    now.current = { t, words };
  });
  useEffect(() => {
    const ended = new AbortController();
    const finish = (move: Move): void => {
      forgetMove(move.jobId);
      const { host, repository, changes } = move;
      client.call('tags.apply', { host, repository, insecure: false, changes }).then(
        (edit) => tellMove(now.current.t, edit),
        (thrown: unknown) => {
          const error = toAppError(thrown).toData();
          showToast({
            title: now.current.t('notMoved', { count: changes.length }),
            more: now.current.words(error).what,
            action: null,
          });
        },
      );
    };
    const look = (jobId: string, state: string): void => {
      const move = state === 'done' ? pendingMoves().find((one) => one.jobId === jobId) : undefined;
      if (move !== undefined) finish(move);
    };
    const stops = [
      client.on('jobs.changed', ({ job }) => look(job.id, job.state)),
      client.on('jobs.removed', ({ id }) => forgetMove(id)),
    ];
    // Done while no window was open.
    if (pendingMoves().length > 0) {
      client.call('jobs.list', null, { signal: ended.signal }).then(
        (jobs) => {
          for (const { id, state } of jobs) look(id, state);
        },
        () => undefined,
      );
    }
    return () => {
      ended.abort();
      for (const stop of stops) stop();
    };
  }, [client]);
}

function tellMove(t: TFunction<'copy'>, edit: TagEdit): void {
  const gone = edit.changes.filter(({ state }) => state === 'done' || state === 'same').length;
  const kept = edit.changes.length - gone;
  const { id, host, repository } = edit;
  showToast({
    title: kept === 0 ? t('moved', { count: gone }) : t('notMoved', { count: kept }),
    more: `${host}/${repository}`,
    action: id === null || gone === 0 ? null : { label: t('undo'), act: () => undoEdit({ host, repository, id }) },
  });
}
