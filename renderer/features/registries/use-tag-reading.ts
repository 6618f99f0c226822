import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import { repositoryKey } from './tree-rows.ts';

/** The reading of one repository's tags. */
export interface TagReading {
  readonly startedMs: number;
  /** Tags asked so far, of how many; null while the list itself is read. */
  readonly progress: { readonly read: number; readonly total: number } | null;
}

/** What reads tags, and how it goes. */
export interface TagReadings {
  /** By `host/repository`. */
  readonly readings: ReadonlyMap<string, TagReading>;
  /** How the last reading of a repository failed. */
  readonly failures: ReadonlyMap<string, ErrorData>;
  read(host: string, repository: string): void;
  stop(key: string): void;
}

/** A reading that is under way. */
interface Running {
  readonly ended: AbortController;
  /** A push or copy to it has ended since: what was read before may be older than its tags. */
  changed: boolean;
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Reads tags of repositories: when they are opened, when they are asked for, and after a push to them. */
export function useTagReadings(): TagReadings {
  const client = useClient();
  const [readings, setReadings] = useState<ReadonlyMap<string, TagReading>>(new Map());
  const [failures, setFailures] = useState<ReadonlyMap<string, ErrorData>>(new Map());
  const running = useRef(new Map<string, Running>());
  const readAgain = useRef<(host: string, repository: string) => void>(() => undefined);

  const read = useCallback(
    (host: string, repository: string): void => {
      const key = repositoryKey(host, repository);
      if (running.current.has(key)) return;
      const ended = new AbortController();
      const own: Running = { ended, changed: false };
      running.current.set(key, own);
      setReadings((before) => new Map(before).set(key, { startedMs: Date.now(), progress: null }));
      setFailures((before) => without(before, key));
      client
        .call('repositories.read', { host, repository }, { signal: ended.signal })
        .catch((thrown: unknown) => {
          const error = toAppError(thrown);
          if (error.code !== 'cancelled') setFailures((before) => new Map(before).set(key, error.toData()));
        })
        .finally(() => {
          running.current.delete(key);
          setReadings((before) => without(before, key));
          if (own.changed && !ended.signal.aborted) readAgain.current(host, repository);
        });
    },
    [client],
  );

  useEffect(() => {
    readAgain.current = read;
  }, [read]);

  useEffect(() => {
    const own = running.current;
    const stops = [
      client.on('repositories.reading', ({ host, repository, read: done, total }) => {
        const key = repositoryKey(host, repository);
        setReadings((before) => {
          const reading = before.get(key);
          return reading === undefined
            ? before
            : new Map(before).set(key, { ...reading, progress: { read: done, total } });
        });
      }),
      client.on('jobs.changed', ({ job }) => {
        if (job.state !== 'done') return;
        for (const { registry, repository } of job.targets) {
          const under = own.get(repositoryKey(registry, repository));
          if (under === undefined) read(registry, repository);
          else under.changed = true;
        }
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      for (const { ended } of own.values()) ended.abort();
    };
  }, [client, read]);

  const stop = useCallback((key: string): void => running.current.get(key)?.ended.abort(), []);
  return { readings, failures, read, stop };
}
