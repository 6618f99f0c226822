import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteFailure } from './sqlite-error.ts';

/** What each way of asking SQLite throws. */
function failures(database: DatabaseSyncInstance, sql: string): string[] {
  const ways: (() => unknown)[] = [
    () => database.exec(sql),
    () => database.prepare(sql).run(),
    () => database.prepare(sql).get() as unknown,
    () => database.prepare(sql).all() as unknown,
    () => Array.from<unknown>(database.prepare(sql).iterate()),
  ];
  return ways.map((ask) => {
    try {
      ask();
      return 'none';
    } catch (thrown) {
      return sqliteFailure(thrown);
    }
  });
}

describe('what SQLite fails with', () => {
  let folder: string;
  let open: DatabaseSyncInstance[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-error-'));
    open = [];
  });
  afterEach(() => {
    for (const database of open) database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const database = (file = join(folder, 'a.db')): DatabaseSyncInstance => {
    const made = new DatabaseSync(file, { timeout: 1 });
    open.push(made);
    return made;
  };

  it('is damage in pages, however it is asked', () => {
    const file = join(folder, 'a.db');
    const first = database(file);
    first.exec('CREATE TABLE t (x BLOB); BEGIN');
    for (let row = 0; row < 3000; row += 1) first.prepare('INSERT INTO t VALUES (?)').run(Buffer.alloc(1000, row));
    first.exec('COMMIT');
    first.close();
    open.length = 0;
    const script = 'open(F, "+<", $ARGV[0]); seek(F, 200000, 0); print F "\\xa5" x 2800000';
    spawnSync('perl', ['-e', script, file]);

    expect(failures(database(file), 'SELECT sum(length(x)) FROM t WHERE x > 5')).toEqual(Array(5).fill('damaged'));
  });

  it('is damage in what is no database at all', () => {
    writeFileSync(join(folder, 'a.db'), 'no database'.repeat(1000));

    expect(failures(database(), 'SELECT * FROM sqlite_schema')).toEqual(Array(5).fill('damaged'));
  });

  it('is busy while another holds the lock', () => {
    database().exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x); BEGIN IMMEDIATE');

    expect(failures(database(), 'INSERT INTO t VALUES (1) RETURNING x')).toEqual(Array(5).fill('busy'));
  });

  it('is neither for wrong SQL, and for what is no error of SQLite', () => {
    database().exec("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES ('is locked, malformed')");

    expect([
      ...failures(database(), "INSERT INTO t VALUES ('is locked, malformed')"),
      ...failures(database(), 'SELECT nothing FROM nowhere'),
      sqliteFailure(new Error('database is locked')),
      sqliteFailure('malformed'),
      sqliteFailure(null),
    ]).toEqual(Array(13).fill('other'));
  });
});
