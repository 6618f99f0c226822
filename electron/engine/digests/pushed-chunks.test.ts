import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { PushedChunks } from './pushed-chunks.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

let state: TestState;
beforeAll(async () => {
  state = await openTestState(() => 0);
});
afterAll(() => state.remove());

describe('the last push of a VM', () => {
  it('is remembered chunk by chunk, for each length of chunks by itself', async () => {
    let now = 100;
    const pushed = new PushedChunks(state.database, () => now);
    await pushed.learn('vm:a', 512, [digest('a'), digest('b'), digest('a')]);
    now = 200;
    await pushed.learn('vm:a', 1024, [digest('c')]);
    const before = await pushed.last('vm:a', 512);
    await pushed.learn('vm:a', 512, [digest('d')]);

    expect([
      before,
      await pushed.last('vm:a', 512),
      await pushed.last('vm:a', 1024),
      await pushed.last('vm:b', 512),
    ]).toEqual([
      { pushedMs: 100, rawDigests: [digest('a'), digest('b'), digest('a')] },
      { pushedMs: 200, rawDigests: [digest('d')] },
      { pushedMs: 200, rawDigests: [digest('c')] },
      null,
    ]);
  });
});
