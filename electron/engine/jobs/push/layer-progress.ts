import type { AppError } from '../../../../shared/errors/app-error.ts';
import type { JobLayer, LayerStatus } from '../../../../shared/models/job.ts';
import { type RetryNotice, retryOf } from '../../registry/retry-notice.ts';
import { RateMeter } from './rate-meter.ts';

/** What moves of one layer while its job runs. */
export class LayerProgress {
  status: LayerStatus = 'waiting';
  /** Raw bytes read. */
  read = 0;
  /** Acknowledged packed bytes by target; the least advanced is shown. */
  readonly sentBy = new Map<string, number>();
  readonly meter = new RateMeter();
  retry: JobLayer['retry'] = null;

  get sent(): number {
    return this.sentBy.size === 0 ? 0 : Math.min(...this.sentBy.values());
  }

  get sentToAll(): number {
    let sum = 0;
    for (const sent of this.sentBy.values()) sum += sent;
    return sum;
  }

  retrying(notice: RetryNotice): void {
    this.status = 'retrying';
    this.retry = retryOf(notice);
  }

  move(status: LayerStatus): void {
    this.status = status;
    this.retry = null;
  }

  /** What did not end well stands at its beginning again. */
  restart(): void {
    if (this.status !== 'done') this.move('waiting');
  }

  /** It was done, and has to be done again. */
  again(): void {
    this.move('waiting');
  }

  fail(error: AppError): void {
    this.status = error.code === 'cancelled' ? 'cancelled' : 'failed';
    this.retry = null;
  }
}
