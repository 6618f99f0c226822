import { randomUUID } from 'node:crypto';
import { formatBytes } from '../../shared/format/bytes.ts';
import type { CommandContext } from './command-context.ts';

/** Less than this is done before a line is read. Bytes. */
const WORTH_TELLING = 256_000_000;

/** Runs a long task of the store and tells its bytes on stderr, a line for each tenth. */
export async function tellStoreProgress<Result>(
  { engine, terminal }: Pick<CommandContext, 'engine' | 'terminal'>,
  work: (taskId: string) => Promise<Result>,
): Promise<Result> {
  const taskId = randomUUID();
  let tenth = 0;
  const stop = (await engine()).on('store.progress', ({ taskId: other, done, total }) => {
    if (other !== taskId || total < WORTH_TELLING) return;
    const now = Math.floor((done / total) * 10);
    if (now <= tenth) return;
    tenth = now;
    terminal.note(`${formatBytes(done)} of ${formatBytes(total)}`);
  });
  try {
    return await work(taskId);
  } finally {
    stop();
  }
}
