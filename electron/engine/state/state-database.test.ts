import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../../../test/fixtures/loop-volume.ts';
import { countOf, failureOf, rate, ratesOf, StateFolder } from '../../../test/fixtures/state-folder.ts';
import { MIGRATIONS } from './schema.ts';

let folder: StateFolder;

beforeEach(async () => {
  folder = await StateFolder.make();
});
afterEach(() => folder.remove());

describe('the state of the app', () => {
  it('is there again after a restart, in a folder that only its owner can look into', async () => {
    const first = await folder.open();
    await first.run([rate('encode', 1.5)]);
    await first.close();
    const second = await folder.open();

    expect({
      rates: await ratesOf(second),
      mode: second.mode,
      rights: (await stat(folder.directory)).mode & 0o777,
      warnings: folder.warnings,
    }).toEqual({ rates: [{ name: 'encode', rate: 1.5 }], mode: { kind: 'file' }, rights: 0o700, warnings: [] });
  });

  it('is shared by two that have it open at once', async () => {
    const [app, cli] = [await folder.open(), await folder.open()];
    await Promise.all([
      app.run(Array.from({ length: 300 }, (_, index) => rate(`app ${index}`, index))),
      cli.run(Array.from({ length: 300 }, (_, index) => rate(`cli ${index}`, index))),
    ]);

    expect([await countOf(app, 'machine_rates'), await countOf(cli, 'machine_rates')]).toEqual([600, 600]);
  });

  it('holds texts, bytes, and integers beyond 53 bits', async () => {
    const state = await folder.open();
    const bytes = Uint8Array.from([0, 255, 10]);
    await state.run([
      {
        sql: 'INSERT INTO manifests (digest, media_type, bytes, seen_ms) VALUES (?, ?, ?, ?)',
        params: ["'; DROP TABLE manifests; --", 'ünï 🚀', bytes, 9_007_199_254_740_993n],
      },
    ]);
    const row = z.object({ digest: z.string(), type: z.string(), bytes: z.instanceof(Uint8Array), seen: z.string() });

    expect(
      await state.all(
        'SELECT digest, media_type AS type, bytes, CAST(seen_ms AS TEXT) AS seen FROM manifests',
        [],
        row,
      ),
    ).toEqual([{ digest: "'; DROP TABLE manifests; --", type: 'ünï 🚀', bytes, seen: '9007199254740993' }]);
  });

  it('leaves out rows that do not fit, and says so', async () => {
    const state = await folder.open();
    await state.run([rate('good', 1), rate('bad', -1)]);
    const positive = z.object({ name: z.string(), rate: z.number().positive() });

    expect({
      rows: await state.all('SELECT name, rate FROM machine_rates', [], positive),
      warnings: folder.warnings,
    }).toEqual({ rows: [{ name: 'good', rate: 1 }], warnings: ['state rows of an unexpected shape'] });
  });

  it('takes all of a write or nothing, 500 rows at a time, and goes on after one that failed', async () => {
    const state = await folder.open();
    const statements = Array.from({ length: 1200 }, (_, index) => rate(`rate ${index}`, index));
    statements[700] = rate('rate 0', 0);
    const failed = await failureOf(state.run(statements));
    const after = await state.run([rate('later', 1)]);

    expect({ failed, after, kept: await countOf(state, 'machine_rates') }).toEqual({
      failed: { code: 'state.unavailable', reason: 'failed' },
      after: [1],
      kept: 501,
    });
  });

  it('writes in the order of the calls and tells how many rows each statement changed', async () => {
    const state = await folder.open();
    const remove = { sql: 'DELETE FROM machine_rates', params: [] };
    const changes = await Promise.all([
      state.run([rate('a', 1), rate('b', 2)]),
      state.run([remove]),
      state.run([rate('a', 3), remove, rate('c', 4)]),
      state.run([]),
    ]);

    expect({ changes, rates: await ratesOf(state) }).toEqual({
      changes: [[1, 1], [2], [1, 1, 1], []],
      rates: [{ name: 'c', rate: 4 }],
    });
  });

  it('drops what hangs on a deleted row', async () => {
    const state = await folder.open();
    await state.run([
      { sql: "INSERT INTO manifests VALUES ('d', 'x', x'00', 0)", params: [] },
      { sql: "INSERT INTO manifest_places VALUES ('d', 'r', 'p', 0)", params: [] },
      { sql: 'DELETE FROM manifests', params: [] },
    ]);

    expect(await countOf(state, 'manifest_places')).toBe(0);
  });

  it('says that it is closed, and can be closed twice', async () => {
    const state = await folder.open();
    const waiting = ratesOf(state);
    await state.close();
    await state.close();

    expect([await waiting, await failureOf(ratesOf(state)), await failureOf(state.run([rate('x', 1)]))]).toEqual([
      [],
      { code: 'state.unavailable', reason: 'closed' },
      { code: 'state.unavailable', reason: 'closed' },
    ]);
  });

  it('fails with a code where its worker cannot start', async () => {
    expect(await failureOf(folder.open(join(folder.directory, 'none.cjs')))).toEqual({
      code: 'state.unavailable',
      reason: 'ended',
    });
  });
});

describe.runIf(VOLUME_KINDS.includes('ext4'))('a state on a disk that gets full', () => {
  let volume: LoopVolume;
  beforeEach(() => {
    volume = makeLoopVolume('ext4', undefined, 16 * 1024 * 1024);
  });
  afterEach(() => volume.remove());

  it('is read on and leaves out what cannot be written, until there is room again', async () => {
    const full = await StateFolder.make(volume.path);
    const state = await full.open();
    await state.run([rate('before', 1)]);
    const makeRoom = volume.fill();
    const large = {
      sql: 'INSERT INTO vm_configs (digest, bytes, seen_ms) VALUES (?, ?, 0)',
      params: ['x', Buffer.alloc(500_000)],
    };
    const left = [await state.run([large, rate('left out', 2)]), await state.run([large])];
    const meanwhile = await ratesOf(state);
    makeRoom();
    const later = await state.run([large, rate('after', 3)]);
    const rates = await ratesOf(state);
    await full.remove();

    expect({ left, meanwhile, later, rates, mode: state.mode, warnings: full.warnings }).toEqual({
      left: [[0, 0], [0]],
      meanwhile: [{ name: 'before', rate: 1 }],
      later: [1, 1],
      rates: [
        { name: 'after', rate: 3 },
        { name: 'before', rate: 1 },
      ],
      mode: { kind: 'file' },
      warnings: ['state is not written: the disk is full'],
    });
  });
});

describe('a state of another version', () => {
  it.each(MIGRATIONS.map((_step, version) => version))(
    'is brought to the present form from version %i',
    async (version) => {
      await mkdir(folder.directory);
      const old = new DatabaseSync(folder.file);
      for (const step of MIGRATIONS.slice(0, version)) old.exec(step);
      if (version >= 1) {
        old.exec("INSERT INTO digested_files VALUES (7, 'uuid:x', '12', 5, '1', '2', 512, 0)");
        old.exec("INSERT INTO chunk_digests VALUES (7, 0, 'sha256:a', 1)");
      }
      old.exec(`PRAGMA user_version = ${version}`);
      old.close();
      const state = await folder.open();
      await state.run([rate('new table', 1)]);
      const user = await state.all('PRAGMA user_version', [], z.object({ user_version: z.number() }));

      expect({
        mode: state.mode,
        user,
        kept: await countOf(state, 'chunk_digests'),
        warnings: folder.warnings,
      }).toEqual({
        mode: { kind: 'file' },
        user: [{ user_version: MIGRATIONS.length }],
        kept: version >= 1 ? 1 : 0,
        warnings: [],
      });
    },
  );

  it('is left alone where a newer one wrote it: this one works in memory and says so', async () => {
    await mkdir(folder.directory);
    const newer = new DatabaseSync(folder.file);
    newer.exec('CREATE TABLE of_the_future (x); PRAGMA user_version = 99');
    newer.close();
    const state = await folder.open();
    await state.run([rate('a', 1)]);
    const found = [state.mode, await ratesOf(state)];
    await state.close();
    const after = new DatabaseSync(folder.file, { readOnly: true });
    const tables = after.prepare('SELECT name FROM sqlite_schema').all();
    after.close();

    expect({ found, tables, warnings: folder.warnings }).toEqual({
      found: [{ kind: 'memory', reason: 'newerSchema', detail: expect.any(String) }, [{ name: 'a', rate: 1 }]],
      tables: [expect.objectContaining({ name: 'of_the_future' })],
      warnings: ['state is kept in memory only'],
    });
  });
});

describe('a write lock that another process holds', () => {
  it('does not stop the app: it reads and goes on, and its own write follows', async () => {
    const state = await folder.open();
    await state.run([rate('before', 1)]);
    const other = await folder.otherProcess(
      'database.exec("BEGIN IMMEDIATE; INSERT INTO machine_rates VALUES (\'other\', 2, 0)");',
      "database.exec('COMMIT');",
    );
    let written = false;
    const writing = state.run([rate('mine', 3)]).then(() => {
      written = true;
    });
    // A caller that waits for the lock in the main loop would not turn it once.
    for (let turn = 0; turn < 1000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const during = { written, rates: await ratesOf(state) };
    await other.end();
    await writing;

    expect({ during, after: await ratesOf(state) }).toEqual({
      during: { written: false, rates: [{ name: 'before', rate: 1 }] },
      after: [
        { name: 'before', rate: 1 },
        { name: 'mine', rate: 3 },
        { name: 'other', rate: 2 },
      ],
    });
  });

  it('does not keep the app from closing: what waits is given up', async () => {
    const state = await folder.open();
    const other = await folder.otherProcess("database.exec('BEGIN IMMEDIATE');");
    const waiting = failureOf(state.run([rate('mine', 1)]));
    await state.close();
    await other.end();

    expect(await waiting).toEqual({ code: 'state.unavailable', reason: 'busy' });
  });
});
