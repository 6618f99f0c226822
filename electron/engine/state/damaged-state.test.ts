import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rate, ratesOf, StateFolder } from '../../../test/fixtures/state-folder.ts';
import type { StateDatabase } from './state-database.ts';

let folder: StateFolder;

beforeEach(async () => {
  folder = await StateFolder.make();
});
afterEach(() => folder.remove());

/** Damages all but the first pages, where the schema is. */
function damagePages(bytes: number): void {
  folder.damage(40 * 4096, bytes - 40 * 4096);
}

const readAll = (state: StateDatabase): Promise<unknown[]> =>
  state.all('SELECT digest, length(bytes) AS length FROM manifests', [], z.object({ digest: z.string() }));

describe('a damaged state', () => {
  it('is set aside when it is opened, and a new one takes its place, without what belonged to the old one', async () => {
    await mkdir(folder.directory);
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) {
      await writeFile(join(folder.directory, name), `no database: ${name};`.repeat(1000));
    }
    const state = await folder.open();
    await state.run([rate('new', 1)]);
    const aside = (await folder.names()).find((name) => /damaged-2026-01-02T03-04-05-\d{3}Z$/.test(name));
    await state.close();

    expect({
      mode: state.mode,
      aside: readFileSync(join(folder.directory, aside ?? ''), 'utf8').slice(0, 22),
      left: (await folder.names()).filter((name) => !name.includes('damaged')),
      rates: await ratesOf(await folder.open()),
      warnings: folder.warnings,
    }).toEqual({
      mode: { kind: 'file' },
      aside: 'no database: state.db;',
      left: ['state.db', 'state.lock'],
      rates: [{ name: 'new', rate: 1 }],
      warnings: ['damaged state database set aside'],
    });
  });

  it('is found at whatever statement meets it: set aside, and the statement is answered by the new one', async () => {
    const bytes = await folder.fill();
    const state = await folder.open();
    damagePages(bytes);
    const [rows, written] = await Promise.all([readAll(state), state.run([rate('meanwhile', 1)])]);

    expect({
      rows,
      written,
      mode: state.mode,
      rates: await ratesOf(state),
      aside: (await folder.names()).filter((name) => name.includes('damaged')).length,
      warnings: folder.warnings,
    }).toEqual({
      rows: [],
      written: [1],
      mode: { kind: 'file' },
      rates: expect.any(Array),
      aside: expect.toBeOneOf([1, 2, 3]),
      warnings: ['damaged state database set aside'],
    });
  });

  it('is not set aside while another process has it open: this one goes on in memory and says so', async () => {
    const bytes = await folder.fill();
    const [app, cli] = [await folder.open(), await folder.open()];
    damagePages(bytes);
    const rows = await readAll(cli);
    await cli.run([rate('in memory', 1)]);

    expect({
      rows,
      mode: cli.mode,
      rates: await ratesOf(cli),
      aside: await folder.names(),
      warnings: folder.warnings,
    }).toEqual({
      rows: [],
      mode: { kind: 'memory', reason: 'damaged', detail: 'another process has it open' },
      rates: [{ name: 'in memory', rate: 1 }],
      aside: expect.not.arrayContaining([expect.stringContaining('damaged')]),
      warnings: ['state is kept in memory only'],
    });
    // The last one that has it open is the one that may.
    expect([
      await readAll(app),
      app.mode.kind,
      (await folder.names()).some((name) => name.includes('damaged')),
    ]).toEqual([[], 'file', true]);
  });

  it('is not set aside at the start of a second process either', async () => {
    await folder.fill();
    await folder.open();
    folder.damage(0, 4096);
    const second = await folder.open();

    expect({ mode: second.mode, aside: (await folder.names()).filter((name) => name.includes('damaged')) }).toEqual({
      mode: { kind: 'memory', reason: 'damaged', detail: 'another process has it open' },
      aside: [],
    });
  });

  it('is kept three times; older ones go', async () => {
    await mkdir(folder.directory);
    for (const day of ['01', '02', '03', '04']) {
      await writeFile(join(folder.directory, `state.db.damaged-2025-01-${day}`), '');
      await writeFile(join(folder.directory, `state.db.damaged-2025-01-${day}-wal`), '');
    }
    await writeFile(folder.file, 'no database'.repeat(1000));
    await folder.open();

    expect((await folder.names()).filter((name) => name.includes('damaged'))).toEqual([
      'state.db.damaged-2025-01-03',
      'state.db.damaged-2025-01-03-wal',
      'state.db.damaged-2025-01-04',
      'state.db.damaged-2025-01-04-wal',
      expect.stringContaining('damaged-2026'),
    ]);
  });

  it('is not what a process leaves that was killed: nothing that was written is lost', async () => {
    await (await folder.open()).close();
    const other = await folder.otherProcess(
      'database.exec("PRAGMA journal_mode = WAL; INSERT INTO machine_rates VALUES (\'before\', 1, 0)");',
    );
    await other.kill();
    const left = existsSync(`${folder.file}-wal`);
    const state = await folder.open();

    expect({ left, mode: state.mode, rates: await ratesOf(state), warnings: folder.warnings }).toEqual({
      left: true,
      mode: { kind: 'file' },
      rates: [{ name: 'before', rate: 1 }],
      warnings: [],
    });
  });

  it('does not keep the app from working where the folder cannot be used', async () => {
    await writeFile(folder.directory, 'a file in its place');
    const state = await folder.open();
    await state.run([rate('a', 1)]);

    expect([state.mode, await ratesOf(state), folder.warnings]).toEqual([
      { kind: 'memory', reason: 'unusable', detail: expect.any(String) },
      [{ name: 'a', rate: 1 }],
      ['state is kept in memory only'],
    ]);
  });
});
