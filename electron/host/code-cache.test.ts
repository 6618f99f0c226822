import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import type { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeCache } from './code-cache.ts';

const FILE = '/opt/tartan/dist/node/answer.cjs';
const TEXT = '(function answer() { return [1, 2, 3].map((one) => one * 2).join(); })';
const VERSION = cachedDataVersionTag();

describe('compiled code', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'code-cache-'));
    folder = join(root, 'compiled-code');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** Runs a module's text as a start does, and keeps what was compiled. Undefined: nothing that is kept was offered. */
  function begin(text = TEXT, role = 'program', version = VERSION): { answer: unknown; rejected: boolean | undefined } {
    const cache = new CodeCache(folder, role, version);
    const script: Script = cache.compile(FILE, text);
    const answer = (script.runInThisContext() as () => unknown)();
    cache.keep();
    return { answer, rejected: script.cachedDataRejected };
  }

  function readKept(): Buffer {
    const file = join(folder, `program-${VERSION.toString(16)}.bin`);
    return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  }

  async function onlyFile(): Promise<string> {
    const [name = ''] = await readdir(folder);
    return join(folder, name);
  }

  it('is compiled once: the next start takes what is kept, and writes nothing', async () => {
    const first = begin();
    const { mtimeMs, mode } = await stat(await onlyFile());
    const second = begin();

    expect({ first, second, kept: await readdir(folder), mode: mode & 0o777 }).toEqual({
      first: { answer: '2,4,6', rejected: undefined },
      second: { answer: '2,4,6', rejected: false },
      kept: [`program-${VERSION.toString(16)}.bin`],
      mode: 0o600,
    });
    expect((await stat(await onlyFile())).mtimeMs).toBe(mtimeMs);
  });

  it('is made anew once by a process that has run for long, which has more of it', async () => {
    const text =
      '(function answer(late) { const more = () => [1, 2, 3].map((one) => one * 3).join(); return late ? more() : 1; })';
    const run = (late: boolean, seasoned: boolean): { readonly written: boolean; readonly bytes: number } => {
      const cache = new CodeCache(folder, 'program', VERSION);
      (cache.compile(FILE, text).runInThisContext() as (late: boolean) => unknown)(late);
      const before = readKept();
      cache.keep(seasoned);
      const after = readKept();
      return { written: !after.equals(before), bytes: after.length };
    };
    const [short, shortAgain, long, longAgain, last] = [
      run(false, false),
      run(true, false),
      run(true, true),
      run(true, true),
      run(false, false),
    ];

    expect([short, shortAgain, long, longAgain, last].map(({ written }) => written)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(long.bytes).toBeGreaterThan(short.bytes);
  });

  it('is made anew for another text of the same length, which V8 itself would take for the same', () => {
    begin();
    const other = TEXT.replace('one * 2', 'one * 3');
    expect([begin(other), begin(other)]).toEqual([
      { answer: '3,6,9', rejected: undefined },
      { answer: '3,6,9', rejected: false },
    ]);
  });

  it.each([
    ['one byte is another', (all: Buffer) => Buffer.concat([all.subarray(0, 200), Buffer.of(1, 2), all.subarray(202)])],
    ['the end is missing', (all: Buffer) => all.subarray(0, 100)],
    ['nothing is left', () => Buffer.alloc(0)],
  ])('is made anew where %s', async (_name, damage) => {
    begin();
    await writeFile(await onlyFile(), damage(await readFile(await onlyFile())));
    expect([begin(), begin()]).toEqual([
      { answer: '2,4,6', rejected: undefined },
      { answer: '2,4,6', rejected: false },
    ]);
  });

  it('of another program, command or V8 is another file', async () => {
    begin();
    expect([begin(TEXT, 'other').rejected, begin(TEXT, 'program', 7).rejected]).toEqual([undefined, undefined]);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('is neither read nor written in a folder that others can write to', async () => {
    begin();
    await chmod(folder, 0o777);
    const { mtimeMs } = await stat(await onlyFile());
    expect([begin(), begin('(function answer() { return 1; })')]).toEqual([
      { answer: '2,4,6', rejected: undefined },
      { answer: 1, rejected: undefined },
    ]);
    expect((await stat(await onlyFile())).mtimeMs).toBe(mtimeMs);
  });

  it('that nobody made again for a month goes', async () => {
    begin();
    const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
    await utimes(await onlyFile(), old, old);
    begin(TEXT, 'other');
    expect(await readdir(folder)).toEqual([`other-${VERSION.toString(16)}.bin`]);
  });

  it('costs nobody a start where the folder cannot be made', async () => {
    await writeFile(folder, 'a file');
    expect(begin()).toEqual({ answer: '2,4,6', rejected: undefined });
  });
});
