import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setAside } from './set-aside.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const NAME = 'state.db.damaged-2026-01-02T03-04-05-006Z';

describe('setting a damaged database aside', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'set-aside-'));
    file = join(folder, 'state.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes its -wal and -shm along, and nothing else', () => {
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm', 'state.lock', 'settings.json']) {
      writeFileSync(join(folder, name), name);
    }

    expect([setAside(file, NOW), readdirSync(folder).sort()]).toEqual([
      join(folder, NAME),
      ['settings.json', NAME, `${NAME}-shm`, `${NAME}-wal`, 'state.lock'],
    ]);
  });

  it('takes another name where two are damaged in the same moment', () => {
    const names = [1, 2, 3].map(() => {
      writeFileSync(file, '');
      return setAside(file, NOW);
    });

    expect(names).toEqual(['', '-2', '-3'].map((ending) => join(folder, NAME + ending)));
  });

  it('moves side files that were left without their database', () => {
    writeFileSync(`${file}-wal`, '');

    expect([setAside(file, NOW), readdirSync(folder)]).toEqual([null, [`${NAME}-wal`]]);
  });
});
