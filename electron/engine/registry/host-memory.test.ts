import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { HostMemory } from './host-memory.ts';

let state: TestState;
let nowMs: number;

beforeAll(async () => {
  state = await openTestState(() => nowMs);
});
afterAll(async () => {
  await state.remove();
});
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0);
  await state.clear('host_profiles');
});

/** The memory as the next start of the app finds it. */
async function restarted(): Promise<HostMemory> {
  const memory = new HostMemory(await state.reopen(), () => nowMs);
  await memory.open();
  return memory;
}

describe('the speed of a link', () => {
  it('is that of the slowest host, once all were measured, and is remembered', async () => {
    const memory = await restarted();
    await memory.learnLinkRate('ghcr.io', 1000);
    const half = memory.linkRate(['ghcr.io', 'quay.io']);
    await memory.learnLinkRate('quay.io', 100);
    await memory.learnLinkRate('quay.io', 300);
    const next = await restarted();

    expect([half, memory.linkRate(['ghcr.io', 'quay.io']), next.linkRate(['quay.io']), next.linkRate([])]).toEqual([
      null,
      200,
      200,
      null,
    ]);
  });
});
