import type { CopyDocument } from '../../../shared/models/copy.ts';
import type { JobLayer } from '../../../shared/models/job.ts';
import type { DocumentFacts, JobFigures, JobWork } from '../jobs/job-work.ts';
import { accountOfCopy, type JobAccount } from '../report/job-account.ts';
import {
  type CopyDraft,
  type CopyRow,
  copyDocumentOf,
  layerOf,
  type Outcome,
  PRESENT,
  SENT,
  targetWithoutLayers,
  totalBytes,
} from './copy-draft.ts';
import type { CopyRun } from './copy-run.ts';

/** Verdicts in the order of what they cost: a row shows the dearest of its targets. */
const BY_COST = ['upload', 'mount', 'duplicate', 'present'] as const;

/** A copy as its job shows it. Attached once the run has its plan. */
export class CopyWork implements JobWork {
  readonly #run: CopyRun;
  readonly #draft: CopyDraft;

  constructor(run: CopyRun, draft: CopyDraft) {
    this.#run = run;
    this.#draft = draft;
  }

  layersAt(indexes: readonly number[] | null, nowMs: number): JobLayer[] {
    const { rows } = this.#draft;
    return (indexes ?? rows.map(({ index }) => index)).flatMap((index) => {
      const row = rows[index];
      return row === undefined ? [] : [this.#layer(row, nowMs)];
    });
  }

  #layer(row: CopyRow, nowMs: number): JobLayer {
    const progress = this.#run.progressOf(row);
    const { mediaType: _mediaType, ...layer } = layerOf(row, this.#dearest(row));
    const { status, sent, retry } = progress;
    return { ...layer, status, sent, read: 0, retry, rate: status === 'uploading' ? progress.meter.read(nowMs) : 0 };
  }

  #dearest(row: CopyRow): Outcome {
    const outcomes = this.#draft.targets
      .filter((target) => target.outcomes.has(row.index))
      .map(({ outcomes: own }) => own.get(row.index) ?? SENT);
    for (const verdict of BY_COST) {
      const found = outcomes.find((outcome) => outcome.verdict === verdict);
      if (found !== undefined) return found;
    }
    return PRESENT;
  }

  figures(): JobFigures {
    const { targets, requests, rows } = this.#draft;
    return {
      bytes: totalBytes(this.#draft),
      requests,
      targets: targets.map((target) => targetWithoutLayers(this.#draft, target, this.#run.parts.clientOf)),
      chunkSize: rows.reduce((most, { kind, rawSize }) => (kind === 'disk' ? Math.max(most, rawSize ?? 0) : most), 0),
      references: targets.flatMap(({ placements }) =>
        placements.flatMap(({ references }) => references.map(({ reference }) => reference)),
      ),
    };
  }

  document({ jobId, seconds }: DocumentFacts): CopyDocument {
    return copyDocumentOf(this.#draft, this.#run.parts.clientOf, { jobId, seconds, rate: null });
  }

  account(): JobAccount {
    const document = this.document({ jobId: '', seconds: 0, madeMs: 0 });
    return accountOfCopy(document, (index) => this.#run.progressOf({ index }).status === 'done');
  }

  paused(): void {
    this.#run.paused();
  }
}
