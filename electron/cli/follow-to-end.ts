import { AppError } from '../../shared/errors/app-error.ts';
import { type CommandContext, tellError } from './command-context.ts';
import { copiedText } from './copy-text.ts';
import { EXIT } from './exit-status.ts';
import { followJob, throwUnlessDone } from './follow-job.ts';
import { pushedText } from './plan-text.ts';
import { pushProgress } from './push-progress.ts';

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
    if (!job.summary.writtenDown && job.summary.state !== 'cancelled' && !json) {
      context.terminal.note(
        'This job could not be written down: tartan jobs cannot go on with it. The same command goes on from what was sent.',
      );
    }
    return tellError(
      context.terminal,
      context.signal.aborted ? new AppError('cancelled') : thrown,
      json,
      job.summary.sent,
    );
  }
  // The job is over: its document is read even if the interruption came at the last moment.
  const never = new AbortController().signal;
  if (job.summary.kind === 'copy') {
    const copied = await engine.handlers['copies.document']({ id }, never);
    context.terminal.out(json ? JSON.stringify(copied, null, 2) : copiedText(copied));
    return EXIT.done;
  }
  const document = await engine.handlers['jobs.document']({ id }, never);
  context.terminal.out(json ? JSON.stringify(document, null, 2) : pushedText(document));
  const { populatedCache } = document;
  if (populatedCache === undefined || populatedCache.error === null) return EXIT.done;
  // The document tells it to a program; the push is done, but not all that was asked for.
  if (!json) tellError(context.terminal, AppError.fromData(populatedCache.error), false);
  return EXIT.failed;
}
