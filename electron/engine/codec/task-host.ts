import type { Directive, Question, TaskProgress } from './codec-protocol.ts';
import type { SinkSender } from './sink-sender.ts';

/** What a task needs of its worker. */
export interface TaskHost {
  readonly signal: AbortSignal;
  readonly sender: Pick<SinkSender, 'send'>;
  /** Says how far the task is; the worker passes on what is worth showing. */
  progress(draw: () => TaskProgress): void;
  /** Asks the main thread about a sink. Rejects when the task is cancelled. */
  ask(sink: string, question: Question): Promise<Directive>;
}
