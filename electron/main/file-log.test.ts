import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileLog } from './file-log.ts';

describe('the log', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tartan-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has one line for each warning, with its fields', () => {
    const file = join(folder, 'logs', 'tartan.log');
    const log = createFileLog(file, { debug: false });
    log.debug('not asked for');
    log.warn('a thing', { error: new Error('broken'), size: 5n, nothing: undefined });

    expect(readFileSync(file, 'utf8')).toMatch(/^\d{4}-\S+Z warn a thing \{"error":"broken","size":"5"\}\n$/);
  });

  it('keeps three files and no more', () => {
    const file = join(folder, 'tartan.log');
    const log = createFileLog(file, { debug: true, limit: 100 });
    for (let index = 0; index < 20; index++) log.debug('x'.repeat(60), { index });

    expect([readdirSync(folder).sort(), readFileSync(file, 'utf8').includes('"index":19')]).toEqual([
      ['tartan.log', 'tartan.log.1', 'tartan.log.2'],
      true,
    ]);
  });

  it('never stops the app when it cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const log = createFileLog(join(folder, 'file', 'tartan.log'), { debug: true });
    expect(() => {
      log.warn('lost');
    }).not.toThrow();
  });
});
