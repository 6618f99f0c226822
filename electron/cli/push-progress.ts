import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { formatBytes } from '../../shared/format/bytes.ts';
import { formatDuration } from '../../shared/format/duration.ts';
import type { JobLayer, JobState } from '../../shared/models/job.ts';
import type { FollowedJob } from './follow-job.ts';
import { retryText, ToldRetries } from './retry-text.ts';
import type { Terminal } from './terminal.ts';

/** Shows a push or copy while it runs. */
export interface PushProgress {
  update(job: FollowedJob): void;
  /** Removes what moves; the last line stays. */
  end(): Promise<void>;
}

const BAR_WIDTH = 24;
/** Lines of layers under the bar: as many as move at once with the default concurrency, and a few more. */
const LAYER_LINES = 8;

const STATE_WORDS: Record<JobState, string> = {
  queued: 'Waiting for its turn',
  planning: 'Asking the registry',
  running: 'Sending',
  paused: 'Paused',
  waiting: 'Waiting',
  cancelling: 'Ending',
  cancelled: 'Cancelled',
  failed: 'Failed',
  done: 'Done',
  interrupted: 'Interrupted',
};

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function headline({ summary }: FollowedJob): string {
  const parts = [
    STATE_WORDS[summary.state],
    bar(summary.toSend === 0 ? (summary.state === 'done' ? 1 : 0) : summary.sent / summary.toSend),
    `${formatBytes(summary.sent)} of ${formatBytes(summary.toSend)} sent`,
  ];
  if (summary.rate > 0) parts.push(`${formatBytes(summary.rate)}/s`);
  if (summary.secondsLeft !== null) parts.push(`${formatDuration(summary.secondsLeft)} left`);
  return parts.join('  ');
}

function layerLine(layer: JobLayer): string {
  const name = layer.kind === 'disk' ? `layer ${layer.index}` : layer.kind;
  const size = layer.size ?? layer.estimatedSize ?? 0;
  const retry =
    layer.retry === null ? '' : `  try ${layer.retry.attempt} of ${layer.retry.attempts}: ${layer.retry.error.code}`;
  return `${name.padEnd(10)} ${layer.status.padEnd(10)} ${bar(size === 0 ? 0 : layer.sent / size)}${retry}`;
}

function moving({ layers }: FollowedJob): JobLayer[] {
  return [...layers.values()].filter(({ status }) => status !== 'waiting' && status !== 'done').slice(0, LAYER_LINES);
}

/** The lines under the bar. */
function outputOf(job: FollowedJob): string[] {
  const { retry } = job.summary;
  return [...(retry === null ? [] : [retryText(retry, Date.now())]), ...moving(job).map(layerLine)];
}

/** Bars on a terminal, drawn by listr2. */
function drawnProgress(): PushProgress {
  let task: { title: string | undefined; output: string } | null = null;
  let state: JobState = 'planning';
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const list = new Listr<unknown, 'default', 'verbose'>(
    [
      {
        title: STATE_WORDS.planning,
        task: async (_context, wrapper) => {
          task = wrapper;
          await ended;
          // Only what is thrown gets another mark than a tick. Its words are the headline's.
          if (state !== 'done') throw new Error(state);
        },
        exitOnError: false,
        rendererOptions: { outputBar: LAYER_LINES },
      },
    ],
    {
      registerSignalListeners: false,
      // stdout is for the document alone, and may be a file while a person watches.
      // stderr was found to be a terminal; listr2 itself only looks at stdout.
      forceTTY: true,
      fallbackRendererCondition: () => false,
      rendererOptions: {
        showErrorMessage: false,
        collapseErrors: false,
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stdout) }),
      },
    },
  );
  const running = list.run();
  return {
    update(job) {
      state = job.summary.state;
      if (task === null) return;
      task.title = headline(job);
      task.output = outputOf(job).join('\n');
    },
    async end() {
      end();
      await running;
    },
  };
}

/** Plain lines: one per change of state and one per tenth of the bytes. */
function plainProgress(terminal: Terminal): PushProgress {
  const told = new ToldRetries((line) => terminal.note(line));
  let state: JobState | null = null;
  let tenth = -1;
  return {
    update(job) {
      const { summary, layers } = job;
      if (summary.state !== state) {
        state = summary.state;
        terminal.note(STATE_WORDS[state]);
      }
      told.tell(summary.retry);
      for (const { status, retry } of layers.values()) if (status === 'retrying') told.tell(retry);
      if (summary.state !== 'running' || summary.toSend === 0) return;
      const now = Math.floor((summary.sent / summary.toSend) * 10);
      if (now > tenth) {
        tenth = now;
        terminal.note(`${formatBytes(summary.sent)} of ${formatBytes(summary.toSend)} sent`);
      }
    },
    end: () => Promise.resolve(),
  };
}

/** Bars where a person watches, plain lines otherwise. */
export function pushProgress(terminal: Terminal): PushProgress {
  return terminal.interactive ? drawnProgress() : plainProgress(terminal);
}
