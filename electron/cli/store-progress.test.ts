import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine-interface.ts';
import { createEventHub } from '../engine/event-hub.ts';
import { tellStoreProgress } from './store-progress.ts';

const GB = 1_000_000_000;

async function linesOf(total: number, parts: readonly number[], others: readonly number[] = []): Promise<string[]> {
  const hub = createEventHub();
  const lines: string[] = [];
  const terminal = {
    out: () => undefined,
    note: (text: string) => void lines.push(text),
    input: () => Promise.resolve(''),
    interactive: false,
  };
  // Only its events are heard.
  const engine = { on: hub.on } as unknown as Engine;
  await tellStoreProgress({ engine: () => Promise.resolve(engine), terminal }, (taskId) => {
    for (const done of parts) hub.emit('store.progress', { taskId, done, total });
    for (const done of others) hub.emit('store.progress', { taskId: 'another', done, total });
    return Promise.resolve();
  });
  hub.emit('store.progress', { taskId: 'late', done: total, total });
  return lines;
}

describe('a long task of the store on the command line', () => {
  it('tells its bytes once a tenth, and those of no other task', async () => {
    const parts = [0.01, 0.1, 0.11, 0.19, 0.5, 1].map((part) => part * GB);
    expect(await linesOf(GB, parts, [0.3 * GB])).toEqual(['100 MB of 1.0 GB', '500 MB of 1.0 GB', '1.0 GB of 1.0 GB']);
  });

  it('says nothing of what is small', async () => {
    expect(await linesOf(1_000_000, [500_000, 1_000_000])).toEqual([]);
  });
});
