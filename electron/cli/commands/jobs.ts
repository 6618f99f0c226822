import { AppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { copiedText } from '../copy-text.ts';
import { errorSentence } from '../error-words.ts';
import { followToEnd } from '../follow-to-end.ts';
import { pushedText } from '../plan-text.ts';
import { table } from '../table.ts';

/** `tartan jobs list`: running, interrupted and recorded jobs, newest first. */
export async function listJobs(context: CommandContext, options: CommonOptions): Promise<undefined> {
  const jobs = await call(context, 'jobs.list', null);
  if (options.json === true) {
    context.terminal.out(JSON.stringify(jobs, null, 2));
    return;
  }
  context.terminal.out(
    table<JobSummary>(
      [
        { title: 'Id', align: 'left', cell: ({ id }) => id },
        { title: 'State', align: 'left', cell: ({ state, elsewhere }) => (elsewhere ? `${state} elsewhere` : state) },
        { title: 'Kind', align: 'left', cell: ({ kind }) => kind },
        { title: 'What', align: 'left', cell: ({ vmName }) => vmName },
        { title: 'Sent', align: 'right', cell: ({ sent }) => formatBytes(sent) },
        { title: 'Created', align: 'left', cell: ({ createdMs }) => new Date(createdMs).toISOString() },
        { title: 'To', align: 'left', cell: ({ references }) => references.join(' ') },
      ],
      jobs,
    ),
  );
}

/** `tartan jobs resume ID`: goes on with an interrupted or failed job. */
export async function resumeJob(context: CommandContext, id: string, options: CommonOptions): Promise<number> {
  await call(context, 'jobs.resume', { id });
  return await followToEnd(context, id, options.json === true);
}

/** `tartan jobs cancel ID`: also a job of another process, which looks once a second. */
export async function cancelJob(context: CommandContext, id: string): Promise<undefined> {
  await call(context, 'jobs.cancel', { id });
  context.terminal.note(`Job ${id} is ending.`);
}

function stateText(job: JobSummary): string {
  const lines = [
    `${job.vmName}  ${job.state}, ${formatBytes(job.sent)} sent`,
    `created   ${new Date(job.createdMs).toISOString()}`,
    ...job.references.map((reference) => `to        ${reference}`),
  ];
  if (job.error !== null) lines.push(`error     ${errorSentence(AppError.fromData(job.error))}`);
  return lines.join('\n');
}

/** `tartan jobs log ID`: what a job did, as far as it came. With `--json` the job as the window sees it. */
export async function logJob(context: CommandContext, id: string, options: CommonOptions): Promise<undefined> {
  const { job } = await call(context, 'jobs.get', { id });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(job, null, 2));
    return;
  }
  context.terminal.out(stateText(job));
  // Of a job that was killed there is no more than its journal.
  if (job.targets.length === 0) return;
  const done =
    job.kind === 'copy'
      ? copiedText(await call(context, 'copies.document', { id }))
      : pushedText(await call(context, 'jobs.document', { id }));
  context.terminal.out(done);
}
