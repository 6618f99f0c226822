import type { JobLayer } from '../../../../shared/models/job.ts';
import type { Plan } from '../../../../shared/models/plan.ts';
import { planOf } from '../../plan/plan-document.ts';
import { accountOfPush, type JobAccount } from '../../report/job-account.ts';
import type { DocumentFacts, JobFigures, JobWork } from '../job-work.ts';
import type { PushRun } from './push-run.ts';

/** A push as its job shows it. */
export class PushWork implements JobWork {
  readonly #run: PushRun;
  readonly #chunkSize: number;
  /** Drawn at this turn: figures and layers of one look at the job are of one moment, and a disk of 100 GB has 200 layers. */
  #drawn: Plan | null = null;

  constructor(run: PushRun, chunkSize: number) {
    this.#run = run;
    this.#chunkSize = chunkSize;
  }

  layersAt(indexes: readonly number[] | null, nowMs: number): JobLayer[] {
    const planned = this.#plan.targets[0]?.layers ?? [];
    const { layers } = this.#run.draft;
    return (indexes ?? layers.map((_layer, at) => at)).flatMap((index) => {
      const [layer, plan] = [layers[index], planned[index]];
      if (layer === undefined || plan === undefined) return [];
      const progress = this.#run.progressOf(layer);
      const { status, sent, read, retry } = progress;
      return [{ ...plan, status, sent, read, retry, rate: status === 'uploading' ? progress.meter.read(nowMs) : 0 }];
    });
  }

  get #plan(): Plan {
    const drawn = this.#drawn;
    if (drawn !== null) return drawn;
    queueMicrotask(() => {
      this.#drawn = null;
    });
    this.#drawn = this.document({ jobId: '', seconds: 0, madeMs: 0 });
    return this.#drawn;
  }

  figures(): JobFigures {
    const { bytes, requests, targets } = this.#plan;
    return {
      bytes,
      requests,
      targets: targets.map(({ layers: _layers, ...target }) => target),
      chunkSize: this.#chunkSize,
      references: this.#run.request.references,
    };
  }

  document(facts: DocumentFacts): Plan {
    return planOf(this.#run.draft, { ...facts, rates: null, requests: this.#run.parts.requests });
  }

  account(): JobAccount {
    const { layers } = this.#run.draft;
    return accountOfPush(this.#plan, (index) => {
      const layer = layers[index];
      if (layer === undefined) return { done: false, read: 0, encoded: 0 };
      return { done: this.#run.progressOf(layer).status === 'done', ...layer.work };
    });
  }

  paused(): void {
    this.#run.paused();
  }
}
