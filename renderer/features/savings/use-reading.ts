import { useCallback, useEffect, useRef, useState } from 'react';
import type { Topic } from '../../../shared/contract/events.ts';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';

/** What was read last, and how the reading goes. */
export interface Reading<Value> {
  /** What was read last; it stays while it is read again. */
  readonly value: Value | null;
  /** When that was; null = never. ms since the epoch. */
  readonly readMs: number | null;
  /** When the reading that is under way began; null = none is. ms since the epoch. */
  readonly startedMs: number | null;
  readonly error: ErrorData | null;
  readonly again: () => void;
  readonly stop: () => void;
}

/** Events come in crowds: so long is waited for more of them. ms */
const CALM_MS = 250;

interface State<Value> {
  readonly value: Value | null;
  readonly readMs: number | null;
  readonly startedMs: number | null;
  readonly error: ErrorData | null;
}

/** Reads at once, whenever `key` changes, and after one of the events; null as `key` = nothing is read. */
export function useReading<Value>(
  read: (signal: AbortSignal) => Promise<Value>,
  key: string | null,
  topics: readonly Topic[],
): Reading<Value> {
  const client = useClient();
  const [state, setState] = useState<State<Value>>({ value: null, readMs: null, startedMs: null, error: null });
  const [round, setRound] = useState(0);
  const now = useRef(read);
  const ended = useRef<AbortController | null>(null);
  useEffect(() => {
    now.current = read;
  });
  useEffect(() => {
    if (key === null) return;
    const own = new AbortController();
    ended.current = own;
    // A function, because it changes while something is waited for.
    const over = (): boolean => own.signal.aborted;
    const run = async (): Promise<void> => {
      // A turn later: what is read by a screen that goes at once is not begun.
      await Promise.resolve();
      if (over()) return;
      setState((before) => ({ ...before, startedMs: Date.now() }));
      try {
        const value = await now.current(own.signal);
        if (!over()) setState({ value, readMs: Date.now(), startedMs: null, error: null });
      } catch (thrown) {
        if (over()) return;
        setState((before) => ({ ...before, startedMs: null, error: toAppError(thrown).toData() }));
      }
    };
    void run();
    return () => {
      own.abort();
    };
  }, [key, round]);
  const heard = topics.join(' ');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setRound((before) => before + 1);
      }, CALM_MS);
    };
    // The names were joined from topics.
    const stops = heard === '' ? [] : (heard.split(' ') as Topic[]).map((topic) => client.on(topic, soon));
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client, heard]);
  return {
    ...state,
    again: useCallback(() => setRound((before) => before + 1), []),
    stop: useCallback(() => {
      ended.current?.abort();
      setState((before) => ({ ...before, startedMs: null }));
    }, []),
  };
}
