import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type BuiltFile, buildStateWorker } from '../../../test/fixtures/bundle.ts';
import { MIGRATIONS } from './schema.ts';
import { openState, type StateDatabase } from './state-database.ts';
import type { SqlStatement } from './state-protocol.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

let worker: BuiltFile;
let parent: string;
let directory: string;
let opened: StateDatabase[];
let children: ChildProcess[];
let warnings: string[];

beforeAll(async () => {
  worker = await buildStateWorker();
});
afterAll(() => worker.remove());
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'state-'));
  directory = join(parent, 'tartan');
  opened = [];
  children = [];
  warnings = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const state of opened) await state.close();
  await rm(parent, { recursive: true, force: true });
});

async function open(workerFile = worker.file): Promise<StateDatabase> {
  const state = await openState({
    directory,
    workerFile,
    clock: { now: () => NOW },
    log: { debug: () => undefined, warn: (message) => warnings.push(message) },
  });
  opened.push(state);
  return state;
}

const file = (): string => join(directory, 'state.db');
const rate = (name: string, value: number): SqlStatement => ({
  sql: 'INSERT INTO machine_rates (name, rate, learned_ms) VALUES (?, ?, 0)',
  params: [name, value],
});
const rateRow = z.object({ name: z.string(), rate: z.number() });
const rates = (state: StateDatabase): Promise<z.infer<typeof rateRow>[]> =>
  state.all('SELECT name, rate FROM machine_rates ORDER BY name', [], rateRow);
const countOf = async (state: StateDatabase, table: string): Promise<number> =>
  (await state.all(`SELECT count(*) AS count FROM ${table}`, [], z.object({ count: z.number() })))[0]?.count ?? -1;
const names = async (): Promise<string[]> => (await readdir(directory)).sort();

async function failure(work: Promise<unknown>): Promise<unknown> {
  const thrown = await work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  return thrown instanceof AppError ? { code: thrown.code, reason: thrown.params['reason'] } : thrown;
}

/** Runs SQLite in a process of its own; `then` runs when its input ends. Resolves when `first` has run. */
async function otherProcess(first: string, then = ''): Promise<{ end(): Promise<void>; kill(): Promise<void> }> {
  const script = `
    const { DatabaseSync } = require('@photostructure/sqlite');
    const database = new DatabaseSync(${JSON.stringify(file())}, { timeout: 5000 });
    ${first}
    console.log('ready');
    process.stdin.resume().on('end', () => { ${then} database.close(); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the other process ended with ${String(code)}`)));
  });
  return {
    async end() {
      child.stdin.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Overwrites a part of a file from another process: closing a descriptor of our own would drop SQLite's locks. */
function damage(path: string, offset: number, length: number): void {
  const script = 'open(F, "+<", $ARGV[0]) or die; seek(F, $ARGV[1], 0); print F "\\xa5" x $ARGV[2]; close(F)';
  const { status } = spawnSync('perl', ['-e', script, path, String(offset), String(length)]);
  if (status !== 0) throw new Error('perl could not write');
}

/** A database with more rows than SQLite keeps in memory, closed. Answers its pages' bytes. */
async function filledDatabase(): Promise<number> {
  const state = await open();
  await state.run(
    Array.from({ length: 4000 }, (_, index) => ({
      sql: 'INSERT INTO manifests (digest, media_type, bytes, seen_ms) VALUES (?, ?, ?, 0)',
      params: [`sha256:${index}`, 'x', Buffer.alloc(1000, index)],
    })),
  );
  await state.close();
  return (await stat(file())).size;
}

/** Damages all but the first pages, where the schema is. */
function damagePages(bytes: number): void {
  damage(file(), 40 * 4096, bytes - 40 * 4096);
}

const readAll = (state: StateDatabase): Promise<unknown[]> =>
  state.all('SELECT digest, length(bytes) AS length FROM manifests', [], z.object({ digest: z.string() }));

describe('the state of the app', () => {
  it('is there again after a restart, in a folder that only its owner can look into', async () => {
    const first = await open();
    await first.run([rate('encode', 1.5)]);
    await first.close();
    const second = await open();

    expect({
      rates: await rates(second),
      mode: second.mode,
      rights: (await stat(directory)).mode & 0o777,
      warnings,
    }).toEqual({ rates: [{ name: 'encode', rate: 1.5 }], mode: { kind: 'file' }, rights: 0o700, warnings: [] });
  });

  it('is shared by two that have it open at once', async () => {
    const [app, cli] = [await open(), await open()];
    await Promise.all([
      app.run(Array.from({ length: 300 }, (_, index) => rate(`app ${index}`, index))),
      cli.run(Array.from({ length: 300 }, (_, index) => rate(`cli ${index}`, index))),
    ]);

    expect([await countOf(app, 'machine_rates'), await countOf(cli, 'machine_rates')]).toEqual([600, 600]);
  });

  it('holds texts, bytes, and integers beyond 53 bits', async () => {
    const state = await open();
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
    const state = await open();
    await state.run([rate('good', 1), rate('bad', -1)]);
    const positive = z.object({ name: z.string(), rate: z.number().positive() });

    expect({
      rows: await state.all('SELECT name, rate FROM machine_rates', [], positive),
      warnings,
    }).toEqual({ rows: [{ name: 'good', rate: 1 }], warnings: ['state rows of an unexpected shape'] });
  });

  it('takes all of a write or nothing, 500 rows at a time, and goes on after one that failed', async () => {
    const state = await open();
    const statements = Array.from({ length: 1200 }, (_, index) => rate(`rate ${index}`, index));
    statements[700] = rate('rate 0', 0);
    const failed = await failure(state.run(statements));
    const after = await state.run([rate('later', 1)]);

    expect({ failed, after, kept: await countOf(state, 'machine_rates') }).toEqual({
      failed: { code: 'state.unavailable', reason: 'failed' },
      after: [1],
      kept: 501,
    });
  });

  it('writes in the order of the calls and tells how many rows each statement changed', async () => {
    const state = await open();
    const remove = { sql: 'DELETE FROM machine_rates', params: [] };
    const changes = await Promise.all([
      state.run([rate('a', 1), rate('b', 2)]),
      state.run([remove]),
      state.run([rate('a', 3), remove, rate('c', 4)]),
      state.run([]),
    ]);

    expect({ changes, rates: await rates(state) }).toEqual({
      changes: [[1, 1], [2], [1, 1, 1], []],
      rates: [{ name: 'c', rate: 4 }],
    });
  });

  it('drops what hangs on a deleted row', async () => {
    const state = await open();
    await state.run([
      { sql: "INSERT INTO manifests VALUES ('d', 'x', x'00', 0)", params: [] },
      { sql: "INSERT INTO manifest_places VALUES ('d', 'r', 'p', 0)", params: [] },
      { sql: 'DELETE FROM manifests', params: [] },
    ]);

    expect(await countOf(state, 'manifest_places')).toBe(0);
  });

  it('says that it is closed, and can be closed twice', async () => {
    const state = await open();
    const waiting = rates(state);
    await state.close();
    await state.close();

    expect([await waiting, await failure(rates(state)), await failure(state.run([rate('x', 1)]))]).toEqual([
      [],
      { code: 'state.unavailable', reason: 'closed' },
      { code: 'state.unavailable', reason: 'closed' },
    ]);
  });

  it('fails with a code where its worker cannot start', async () => {
    expect(await failure(open(join(parent, 'none.cjs')))).toEqual({ code: 'state.unavailable', reason: 'ended' });
  });
});

describe('a state of another version', () => {
  it.each(MIGRATIONS.map((_step, version) => version))(
    'is brought to the present form from version %i',
    async (version) => {
      await mkdir(directory);
      const old = new DatabaseSync(file());
      for (const step of MIGRATIONS.slice(0, version)) old.exec(step);
      if (version >= 1) {
        old.exec("INSERT INTO digested_files VALUES (7, 'uuid:x', '12', 5, '1', '2', 512, 0)");
        old.exec("INSERT INTO chunk_digests VALUES (7, 0, 'sha256:a', 1)");
      }
      old.exec(`PRAGMA user_version = ${version}`);
      old.close();
      const state = await open();
      await state.run([rate('new table', 1)]);
      const user = await state.all('PRAGMA user_version', [], z.object({ user_version: z.number() }));

      expect({ mode: state.mode, user, kept: await countOf(state, 'chunk_digests'), warnings }).toEqual({
        mode: { kind: 'file' },
        user: [{ user_version: MIGRATIONS.length }],
        kept: version >= 1 ? 1 : 0,
        warnings: [],
      });
    },
  );

  it('is left alone where a newer one wrote it: this one works in memory and says so', async () => {
    await mkdir(directory);
    const newer = new DatabaseSync(file());
    newer.exec('CREATE TABLE of_the_future (x); PRAGMA user_version = 99');
    newer.close();
    const state = await open();
    await state.run([rate('a', 1)]);
    const found = [state.mode, await rates(state)];
    await state.close();
    const after = new DatabaseSync(file(), { readOnly: true });
    const tables = after.prepare('SELECT name FROM sqlite_schema').all();
    after.close();

    expect({ found, tables, warnings }).toEqual({
      found: [{ kind: 'memory', reason: 'newerSchema', detail: expect.any(String) }, [{ name: 'a', rate: 1 }]],
      tables: [expect.objectContaining({ name: 'of_the_future' })],
      warnings: ['state is kept in memory only'],
    });
  });
});

describe('a damaged state', () => {
  it('is set aside when it is opened, and a new one takes its place, without what belonged to the old one', async () => {
    await mkdir(directory);
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) {
      await writeFile(join(directory, name), `no database: ${name};`.repeat(1000));
    }
    const state = await open();
    await state.run([rate('new', 1)]);
    const aside = (await names()).find((name) => /damaged-2026-01-02T03-04-05-\d{3}Z$/.test(name));
    await state.close();

    expect({
      mode: state.mode,
      aside: readFileSync(join(directory, aside ?? ''), 'utf8').slice(0, 22),
      left: (await names()).filter((name) => !name.includes('damaged')),
      rates: await rates(await open()),
      warnings,
    }).toEqual({
      mode: { kind: 'file' },
      aside: 'no database: state.db;',
      left: ['state.db', 'state.lock'],
      rates: [{ name: 'new', rate: 1 }],
      warnings: ['damaged state database set aside'],
    });
  });

  it('is found at whatever statement meets it: set aside, and the statement is answered by the new one', async () => {
    const bytes = await filledDatabase();
    const state = await open();
    damagePages(bytes);
    const [rows, written] = await Promise.all([readAll(state), state.run([rate('meanwhile', 1)])]);

    expect({
      rows,
      written,
      mode: state.mode,
      rates: await rates(state),
      aside: (await names()).filter((name) => name.includes('damaged')).length,
      warnings,
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
    const bytes = await filledDatabase();
    const [app, cli] = [await open(), await open()];
    damagePages(bytes);
    const rows = await readAll(cli);
    await cli.run([rate('in memory', 1)]);

    expect({ rows, mode: cli.mode, rates: await rates(cli), aside: await names(), warnings }).toEqual({
      rows: [],
      mode: { kind: 'memory', reason: 'damaged', detail: 'another process has it open' },
      rates: [{ name: 'in memory', rate: 1 }],
      aside: expect.not.arrayContaining([expect.stringContaining('damaged')]),
      warnings: ['state is kept in memory only'],
    });
    // The last one that has it open is the one that may.
    expect([await readAll(app), app.mode.kind, (await names()).some((name) => name.includes('damaged'))]).toEqual([
      [],
      'file',
      true,
    ]);
  });

  it('is not set aside at the start of a second process either', async () => {
    await filledDatabase();
    await open();
    damage(file(), 0, 4096);
    const second = await open();

    expect({ mode: second.mode, aside: (await names()).filter((name) => name.includes('damaged')) }).toEqual({
      mode: { kind: 'memory', reason: 'damaged', detail: 'another process has it open' },
      aside: [],
    });
  });

  it('is kept three times; older ones go', async () => {
    await mkdir(directory);
    for (const day of ['01', '02', '03', '04']) {
      await writeFile(join(directory, `state.db.damaged-2025-01-${day}`), '');
      await writeFile(join(directory, `state.db.damaged-2025-01-${day}-wal`), '');
    }
    await writeFile(file(), 'no database'.repeat(1000));
    await open();

    expect((await names()).filter((name) => name.includes('damaged'))).toEqual([
      'state.db.damaged-2025-01-03',
      'state.db.damaged-2025-01-03-wal',
      'state.db.damaged-2025-01-04',
      'state.db.damaged-2025-01-04-wal',
      expect.stringContaining('damaged-2026'),
    ]);
  });

  it('is not what a process leaves that was killed: nothing that was written is lost', async () => {
    await (await open()).close();
    const other = await otherProcess(
      'database.exec("PRAGMA journal_mode = WAL; INSERT INTO machine_rates VALUES (\'before\', 1, 0)");',
    );
    await other.kill();
    const left = existsSync(`${file()}-wal`);
    const state = await open();

    expect({ left, mode: state.mode, rates: await rates(state), warnings }).toEqual({
      left: true,
      mode: { kind: 'file' },
      rates: [{ name: 'before', rate: 1 }],
      warnings: [],
    });
  });

  it('does not keep the app from working where the folder cannot be used', async () => {
    await writeFile(directory, 'a file in its place');
    const state = await open();
    await state.run([rate('a', 1)]);

    expect([state.mode, await rates(state), warnings]).toEqual([
      { kind: 'memory', reason: 'unusable', detail: expect.any(String) },
      [{ name: 'a', rate: 1 }],
      ['state is kept in memory only'],
    ]);
  });
});

describe('a write lock that another process holds', () => {
  it('does not stop the app: it reads and goes on, and its own write follows', async () => {
    const state = await open();
    await state.run([rate('before', 1)]);
    const other = await otherProcess(
      'database.exec("BEGIN IMMEDIATE; INSERT INTO machine_rates VALUES (\'other\', 2, 0)");',
      "database.exec('COMMIT');",
    );
    let written = false;
    const writing = state.run([rate('mine', 3)]).then(() => {
      written = true;
    });
    // A caller that waits for the lock in the main loop would not turn it once.
    for (let turn = 0; turn < 1000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const during = { written, rates: await rates(state) };
    await other.end();
    await writing;

    expect({ during, after: await rates(state) }).toEqual({
      during: { written: false, rates: [{ name: 'before', rate: 1 }] },
      after: [
        { name: 'before', rate: 1 },
        { name: 'mine', rate: 3 },
        { name: 'other', rate: 2 },
      ],
    });
  });

  it('does not keep the app from closing: what waits is given up', async () => {
    const state = await open();
    const other = await otherProcess("database.exec('BEGIN IMMEDIATE');");
    const waiting = failure(state.run([rate('mine', 1)]));
    await state.close();
    await other.end();

    expect(await waiting).toEqual({ code: 'state.unavailable', reason: 'busy' });
  });
});
