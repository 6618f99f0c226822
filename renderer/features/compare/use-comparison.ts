import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { ComparedName, Comparison } from '../../../shared/models/comparison.ts';
import { useClient } from '../../state/client.ts';

/** What the screen knows of the two sides. */
export interface ComparisonReading {
  /** Of the sides that are chosen; while they are read anew, as they were. Null before that. */
  readonly comparison: Comparison | null;
  readonly error: ErrorData | null;
  /** When the reading that is under way began, ms since the epoch; null = none is. */
  readonly startedMs: number | null;
  /** Somebody ended the reading before an answer came. */
  readonly stopped: boolean;
  readonly again: () => void;
  readonly stop: () => void;
}

/** What came, and what for. */
interface Answer {
  readonly a: ComparedName;
  readonly b: ComparedName;
  readonly comparison: Comparison | null;
  readonly error: ErrorData | null;
}

/** Compares two sides, and anew when VMs or snapshots changed or a job is done. */
export function useComparison(a: ComparedName | null, b: ComparedName | null): ComparisonReading {
  const client = useClient();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [startedMs, setStartedMs] = useState<number | null>(null);
  const [stopped, setStopped] = useState(false);
  const [round, setRound] = useState(0);
  const ended = useRef<AbortController | null>(null);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const stop = useCallback(() => {
    ended.current?.abort();
    setStartedMs(null);
    setStopped(true);
  }, []);

  useEffect(() => {
    const stops = [
      client.on('vms.changed', again),
      client.on('snapshots.changed', again),
      client.on('jobs.changed', ({ job }) => {
        if (job.state === 'done') again();
      }),
    ];
    return () => {
      for (const end of stops) end();
    };
  }, [client, again]);

  useEffect(() => {
    if (a === null || b === null) return;
    const own = new AbortController();
    ended.current = own;
    // A function, because it changes while something is waited for.
    const over = (): boolean => own.signal.aborted;
    const run = async (): Promise<void> => {
      // A turn later: what is compared by a screen that goes at once is not begun.
      await Promise.resolve();
      if (over()) return;
      setStartedMs(Date.now());
      setStopped(false);
      try {
        const comparison = await client.call('images.compare', { a, b }, { signal: own.signal });
        if (!over()) setAnswer({ a, b, comparison, error: null });
      } catch (thrown) {
        if (!over()) setAnswer({ a, b, comparison: null, error: toAppError(thrown).toData() });
      }
      if (!over()) setStartedMs(null);
    };
    void run();
    return () => own.abort();
  }, [client, a, b, round]);

  const chosen = a !== null && b !== null && answer?.a === a && answer.b === b ? answer : null;
  return {
    comparison: chosen?.comparison ?? null,
    error: chosen?.error ?? null,
    startedMs: a === null || b === null ? null : startedMs,
    stopped,
    again,
    stop,
  };
}
