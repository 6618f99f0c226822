import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestState, type TestState } from '../../../../test/fixtures/test-state.ts';
import { HostMemory, KEEP_FINDINGS_MS } from './host-memory.ts';

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
  await state.clear('host_profiles', 'host_findings');
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

describe('what a host was found to want', () => {
  const found = (memory: HostMemory) => [
    memory.upload('ghcr.io'),
    memory.findings('ghcr.io'),
    memory.linkRate(['ghcr.io']),
  ];
  const nothing = [null, {}, null];

  it('is known after a restart, for a month, and then tried again', async () => {
    const memory = await restarted();
    await memory.learnUpload('ghcr.io', { uploadMode: 'chunks', pieceSize: 1_000_000 });
    await memory.learn('ghcr.io', 'mount', 'no');
    await memory.learnLinkRate('ghcr.io', 5000);
    const known = [{ uploadMode: 'chunks', pieceSize: 1_000_000 }, { mount: 'no' }, 5000];
    nowMs += KEEP_FINDINGS_MS - 1;
    const inTime = [found(memory), found(await restarted())];
    nowMs += 1;

    expect({ inTime, late: [found(memory), found(await restarted())] }).toEqual({
      inTime: [known, known],
      late: [nothing, nothing],
    });
  });

  it('is what was found last', async () => {
    const memory = await restarted();
    await memory.learnUpload('ghcr.io', { uploadMode: 'chunks', pieceSize: 1_000_000 });
    await memory.learnUpload('ghcr.io', { uploadMode: 'mono' });
    await memory.learn('ghcr.io', 'mount', 'no');
    await memory.learn('ghcr.io', 'mount', 'yes');

    expect([found(memory), found(await restarted())]).toEqual([
      [{ uploadMode: 'mono' }, { mount: 'yes' }, null],
      [{ uploadMode: 'mono' }, { mount: 'yes' }, null],
    ]);
  });

  it('is nothing where a row does not say what this version knows', async () => {
    const rows = ['no json', '{"uploadMode":"carrier pigeon"}', '{"uploadMode":"chunks","pieceSize":-1}'];
    const seen: unknown[] = [];
    for (const value of rows) {
      await state.database.run([
        { sql: "INSERT OR REPLACE INTO host_findings VALUES ('ghcr.io', 'upload', ?, ?)", params: [value, nowMs] },
      ]);
      seen.push(found(await restarted()));
    }

    expect(seen).toEqual([nothing, nothing, nothing]);
  });

  it('is read from rows of an older program, and rows of a newer one are left alone', async () => {
    const rows: [string, string][] = [
      ['mountless', 'true'],
      ['tagDelete', 'harborApi'],
      ['referrers', 'by carrier pigeon'],
      ['teleport', 'yes'],
    ];
    for (const [finding, value] of rows) {
      await state.database.run([
        { sql: "INSERT INTO host_findings VALUES ('ghcr.io', ?, ?, ?)", params: [finding, value, nowMs] },
      ]);
    }

    expect((await restarted()).findings('ghcr.io')).toEqual({ mount: 'no', tagDelete: 'harborApi' });
  });
});
