import { formatBytes } from '../../../shared/format/bytes.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { pushedText } from '../plan-text.ts';
import { table } from '../table.ts';
import { followToEnd } from './push.ts';

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
        { title: 'VM', align: 'left', cell: ({ vmName }) => vmName },
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

/** `tartan jobs log ID`: what a job did. */
export async function logJob(context: CommandContext, id: string, options: CommonOptions): Promise<undefined> {
  const document = await call(context, 'jobs.document', { id });
  context.terminal.out(options.json === true ? JSON.stringify(document, null, 2) : pushedText(document));
}
