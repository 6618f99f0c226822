import { FINAL_JOB_STATES, type JobSummary } from '../../../shared/models/job.ts';
import { formatReference, parseReference } from '../../../shared/models/reference.ts';
import { SAMPLE_REPOSITORY, SAMPLE_VM_ID, type SampleState } from '../../../shared/models/sample.ts';

/** Where a person who tries the sample VM stands. */
export type MinuteStep =
  /** There is no sample. */
  | { readonly kind: 'none' }
  | { readonly kind: 'making' }
  /** It is made and not pushed yet. */
  | { readonly kind: 'push' }
  | { readonly kind: 'pushing'; readonly job: JobSummary; readonly again: boolean }
  /** It was pushed, and its disk is to be changed now. */
  | { readonly kind: 'change' }
  /** Its disk was changed since `first`, which is null where nothing remembers that push. */
  | { readonly kind: 'pushAgain'; readonly first: JobSummary | null }
  | { readonly kind: 'saved'; readonly first: JobSummary | null; readonly second: JobSummary }
  | { readonly kind: 'removing' };

/** Follows from what is on disk and in the job history alone, so that it is the same after a restart. */
export function minuteStep(sample: SampleState, jobs: readonly JobSummary[]): MinuteStep {
  if (sample.stage !== 'made') return { kind: sample.stage };
  const { changedMs } = sample;
  const own = jobs.filter(({ vmId }) => vmId === SAMPLE_VM_ID).sort((one, other) => one.createdMs - other.createdMs);
  const active = own.find(({ state }) => !FINAL_JOB_STATES.includes(state));
  if (active !== undefined) return { kind: 'pushing', job: active, again: changedMs !== null };
  const done = own.filter(({ state }) => state === 'done');
  const first = done.find(({ createdMs }) => changedMs === null || createdMs < changedMs) ?? null;
  if (changedMs === null) return { kind: first === null ? 'push' : 'change' };
  const second = done.findLast(({ createdMs }) => createdMs >= changedMs);
  return second === undefined ? { kind: 'pushAgain', first } : { kind: 'saved', first, second };
}

/** The reference that the sheet is opened with: the next tag, in the repository of the first push. */
export function suggestedReference(step: MinuteStep, address: string): string {
  const own = `${address}/${SAMPLE_REPOSITORY}`;
  if (step.kind !== 'pushAgain') return `${own}:v1`;
  const [pushed] = step.first?.references ?? [];
  const name = pushed === undefined ? own : formatReference({ ...parseReference(pushed), tag: null, digest: null });
  // The registry of this computer may listen at another port after a restart.
  return `${name.endsWith(`/${SAMPLE_REPOSITORY}`) ? own : name}:v2`;
}

/** What the second push spared. Bytes but for `seconds`. */
export interface SavedFigures {
  /** Packed bytes that were not sent, against a plain upload, and those of the whole image. */
  readonly notSent: number;
  readonly packed: number;
  /** Against `tart push`, which reads and encodes the whole disk before it asks the registry. */
  readonly notRead: number;
  readonly notEncoded: number;
  /** What the rest would have taken at the pace of the first push; null where that is not remembered. */
  readonly seconds: number | null;
}

/** The two figures of a push: against a plain upload, and against `tart push`. */
export function savedFigures(
  { first, second }: { readonly first: JobSummary | null; readonly second: JobSummary },
  { dataSize }: Pick<SampleState, 'dataSize'>,
): SavedFigures {
  const { raw, read, encoded } = second.bytes;
  const notEncoded = raw - encoded;
  const tookSeconds = ((first?.finishedMs ?? 0) - (first?.startedMs ?? 0)) / 1000;
  const rate = first === null || tookSeconds <= 0 ? 0 : first.bytes.encoded / tookSeconds;
  return {
    notSent: second.notSent,
    packed: second.notSent + second.sent,
    // The plan before the push read the data of the changed disk once.
    notRead: Math.max(0, raw - read - dataSize),
    notEncoded,
    seconds: rate === 0 ? null : notEncoded / rate,
  };
}
