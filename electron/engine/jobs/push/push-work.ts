import type { JobLayer } from '../../../../shared/models/job.ts';
import type { Plan } from '../../../../shared/models/plan.ts';
import { type PlanFigures, planFiguresOf, planOf } from '../../plan/plan-document.ts';
import { accountOfPush, type JobAccount } from '../../report/job-account.ts';
import type { DocumentFacts, JobFigures, JobWork } from '../job-work.ts';
import type { PushRun } from './push-run.ts';

/** A push as its job shows it. */
export class PushWork implements JobWork {
  readonly #run: PushRun;
  readonly #chunkSize: number;
  /** Drawn at this turn: figures and layers of one look at the job are of one moment. */
  #drawn: PlanFigures | null = null;

  constructor(run: PushRun, chunkSize: number) {
    this.#run = run;
    this.#chunkSize = chunkSize;
  }

  layersAt(indexes: readonly number[] | null, nowMs: number): JobLayer[] {
    return this.#figures.layersAt(indexes).map((planned) => {
      const progress = this.#run.progressOf(planned);
      const { status, sent, read, retry } = progress;
      return { ...planned, status, sent, read, retry, rate: status === 'uploading' ? progress.meter.read(nowMs) : 0 };
    });
  }

  get #figures(): PlanFigures {
    const drawn = this.#drawn;
    if (drawn !== null) return drawn;
    queueMicrotask(() => {
      this.#drawn = null;
    });
    this.#drawn = planFiguresOf(this.#run.draft);
    return this.#drawn;
  }

  figures(): JobFigures {
    const { bytes, targets } = this.#figures;
    return {
      bytes,
      requests: { ...this.#run.parts.requests },
      targets: [...targets],
      chunkSize: this.#chunkSize,
      references: this.#run.request.references,
    };
  }

  document(facts: DocumentFacts): Plan {
    return planOf(this.#run.draft, { ...facts, rates: null, requests: this.#run.parts.requests });
  }

  account(): JobAccount {
    const { layers } = this.#run.draft;
    return accountOfPush(this.document({ jobId: '', seconds: 0, madeMs: 0 }), (index) => {
      const layer = layers[index];
      if (layer === undefined) return { done: false, read: 0, encoded: 0 };
      return { done: this.#run.progressOf(layer).status === 'done', ...layer.work };
    });
  }

  paused(): void {
    this.#run.paused();
  }
}
