import { useEffect, useMemo, useRef, useState } from 'react';
import type { ContractClient } from '../../../shared/contract/client.ts';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { StoreCheck, StoreTransfer } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';

/** What takes long in the store. */
export type StoreTaskKind = 'import' | 'export' | 'check' | 'repair';

/** A long task that is under way. */
export interface StoreTask {
  readonly kind: StoreTaskKind;
  /** What is read or written outside the store; empty for others. */
  readonly path: string;
  readonly startedMs: number;
  /** Bytes; null before the first are done. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

/** How the last long task ended. */
export type StoreOutcome = { readonly kind: StoreTaskKind; readonly path: string; readonly atMs: number } & (
  | { readonly end: 'moved'; readonly transfer: StoreTransfer }
  | { readonly end: 'checked'; readonly check: StoreCheck }
  | { readonly end: 'failed'; readonly error: ErrorData }
);

/** The long tasks of the store: one at a time, and how the last one ended. They go on whatever the window shows. */
export interface StoreTasks {
  readonly task: StoreTask | null;
  readonly outcome: StoreOutcome | null;
  /** Asks for a folder or an archive, and imports all of its images. */
  readonly importFrom: (form: 'folder' | 'archive') => void;
  /** Imports all images of a folder. */
  readonly bring: (folder: string) => void;
  /** Asks for a place, and exports these images; none = all. */
  readonly exportTo: (form: 'folder' | 'archive', images: readonly string[]) => void;
  readonly check: () => void;
  /** @param from `host/repository` to ask first */
  readonly repair: (from: readonly string[]) => void;
  readonly stop: () => void;
  /** Forgets how the last one ended. */
  readonly dismiss: () => void;
}

type Ended =
  | Pick<StoreOutcome & { end: 'moved' }, 'end' | 'transfer'>
  | Pick<StoreOutcome & { end: 'checked' }, 'end' | 'check'>;

/** A name for an archive: that of the image, or of the store. */
function archiveName(images: readonly string[]): string {
  const [only] = images;
  return `${images.length === 1 && only !== undefined ? only.replace(/[^A-Za-z0-9._-]+/g, '-') : 'images'}.tar`;
}

function importing(client: ContractClient, source: string, taskId: string, signal: AbortSignal): Promise<Ended> {
  return client
    .call('store.import', { source, images: [], name: null, taskId }, { signal })
    .then((transfer) => ({ end: 'moved', transfer }));
}

/** See {@link StoreTasks}. */
export function useStoreTasks(): StoreTasks {
  const client = useClient();
  const [task, setTask] = useState<StoreTask | null>(null);
  const [outcome, setOutcome] = useState<StoreOutcome | null>(null);
  const running = useRef<{ readonly id: string; readonly ended: AbortController } | null>(null);

  useEffect(() => {
    const stop = client.on('store.progress', ({ taskId, done, total }) => {
      if (taskId !== running.current?.id) return;
      setTask((before) => (before === null ? null : { ...before, progress: { done, total } }));
    });
    return () => {
      stop();
      running.current?.ended.abort();
    };
  }, [client]);

  return useMemo((): StoreTasks => {
    function begin(
      kind: StoreTaskKind,
      path: string,
      work: (taskId: string, signal: AbortSignal) => Promise<Ended>,
    ): void {
      if (running.current !== null) return;
      const mine = { id: crypto.randomUUID(), ended: new AbortController() };
      running.current = mine;
      setOutcome(null);
      setTask({ kind, path, startedMs: Date.now(), progress: null });
      work(mine.id, mine.ended.signal)
        .then(
          (end) => setOutcome({ kind, path, atMs: Date.now(), ...end }),
          (thrown: unknown) => {
            const error = toAppError(thrown);
            // Who stopped it knows.
            if (error.code === 'cancelled' || mine.ended.signal.aborted) return;
            setOutcome({ kind, path, atMs: Date.now(), end: 'failed', error: error.toData() });
          },
        )
        .finally(() => {
          running.current = null;
          setTask(null);
        });
    }

    const chosen = (asked: Promise<string | null>, then: (path: string) => void): void => {
      asked.then(
        (path) => {
          if (path !== null) then(path);
        },
        () => undefined,
      );
    };

    function checking(kind: 'check' | 'repair', from: readonly string[]): void {
      begin(kind, '', (taskId, signal) =>
        client
          .call('store.check', { repair: kind === 'repair', from: [...from], insecure: false, taskId }, { signal })
          .then((check) => ({ end: 'checked', check })),
      );
    }

    const bring = (source: string): void =>
      begin('import', source, (taskId, signal) => importing(client, source, taskId, signal));

    return {
      task,
      outcome,
      bring,
      importFrom: (form) => {
        chosen(client.call(form === 'folder' ? 'app.chooseFolder' : 'app.chooseArchive', null), bring);
      },
      exportTo: (form, images) => {
        const asked =
          form === 'folder'
            ? client.call('app.chooseFolder', null)
            : client.call('app.chooseArchiveTarget', { name: archiveName(images) });
        chosen(asked, (target) =>
          begin('export', target, (taskId, signal) =>
            client
              .call('store.export', { images: [...images], target, form, taskId }, { signal })
              .then((transfer) => ({ end: 'moved', transfer })),
          ),
        );
      },
      check: () => checking('check', []),
      repair: (from) => checking('repair', from),
      stop: () => running.current?.ended.abort(),
      dismiss: () => setOutcome(null),
    };
  }, [client, task, outcome]);
}
