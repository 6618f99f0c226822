import { AppError } from '../../../shared/errors/app-error.ts';
import { type CommandContext, call, tellError } from '../command-context.ts';
import { EXIT } from '../exit-status.ts';
import { followJob, throwUnlessDone } from '../follow-job.ts';
import { pushedText } from '../plan-text.ts';
import { pushProgress } from '../push-progress.ts';
import { type PushOptions, pushRequestOf } from './push-options.ts';

/** Follows a job with progress on the terminal, tells its document, and answers with the exit status. */
export async function followToEnd(context: CommandContext, id: string, json: boolean): Promise<number> {
  const engine = await context.engine();
  const progress = pushProgress(context.terminal);
  const job = await followJob(engine, id, context.signal, (change) => progress.update(change)).finally(() =>
    progress.end(),
  );
  try {
    throwUnlessDone(job.summary);
  } catch (thrown) {
    return tellError(
      context.terminal,
      context.signal.aborted ? new AppError('cancelled') : thrown,
      json,
      job.summary.sent,
    );
  }
  // The job is over: its document is read even if the interruption came at the last moment.
  const document = await engine.handlers['jobs.document']({ id }, new AbortController().signal);
  context.terminal.out(json ? JSON.stringify(document, null, 2) : pushedText(document));
  const { populatedCache } = document;
  if (populatedCache === undefined || populatedCache.error === null) return EXIT.done;
  // The document tells it to a program; the push is done, but not all that was asked for.
  if (!json) tellError(context.terminal, AppError.fromData(populatedCache.error), false);
  return EXIT.failed;
}

/** `tartan push VM REF…`: push to one or more references; read, hash and encode once. */
export async function push(
  context: CommandContext,
  name: string,
  references: readonly string[],
  options: PushOptions,
): Promise<number> {
  const request = await pushRequestOf(context, name, references, options);
  const { id } = await call(context, 'jobs.push', request);
  return await followToEnd(context, id, options.json === true);
}
