import { useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { ComparedName, Comparison } from '../../../shared/models/comparison.ts';
import { useClient } from '../../state/client.ts';

/** What the screen knows of the two sides. */
export interface ComparisonReading {
  /** Of the sides that are chosen; while they are read anew, as they were. Null before that. */
  readonly comparison: Comparison | null;
  readonly error: ErrorData | null;
  /** They are being read. */
  readonly busy: boolean;
}

/** What came, and what for. */
interface Answer {
  readonly a: ComparedName;
  readonly b: ComparedName;
  readonly round: number;
  readonly comparison: Comparison | null;
  readonly error: ErrorData | null;
}

/** Compares two sides, and anew when VMs changed or a job is done. */
export function useComparison(a: ComparedName | null, b: ComparedName | null): ComparisonReading {
  const client = useClient();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    const again = (): void => setRound((before) => before + 1);
    const stops = [
      client.on('vms.changed', again),
      client.on('jobs.changed', ({ job }) => {
        if (job.state === 'done') again();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);

  useEffect(() => {
    if (a === null || b === null) return;
    const ended = new AbortController();
    const take = (told: Pick<Answer, 'comparison' | 'error'>): void => {
      if (!ended.signal.aborted) setAnswer({ a, b, round, ...told });
    };
    client
      .call('images.compare', { a, b }, { signal: ended.signal })
      .then((comparison) => take({ comparison, error: null }))
      .catch((thrown: unknown) => take({ comparison: null, error: toAppError(thrown).toData() }));
    return () => ended.abort();
  }, [client, a, b, round]);

  if (a === null || b === null) return { comparison: null, error: null, busy: false };
  if (answer === null || answer.a !== a || answer.b !== b) return { comparison: null, error: null, busy: true };
  return { comparison: answer.comparison, error: answer.error, busy: answer.round !== round };
}
