import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from './make-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tartan-folders-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ways: readonly [string, (path: string, mode?: number) => Promise<void>][] = [
  ['later', makeFolder],
  ['at once', async (path, mode) => makeFolderSync(path, mode)],
];

describe.each(ways)('a folder that is made %s', (_name, make) => {
  it('comes with those above it, for its owner alone where that is asked for, and is left as it is the second time', async () => {
    const path = join(root, 'a', 'b', 'c');
    await make(path, 0o700);
    writeFileSync(join(path, 'kept'), '');
    await make(path, 0o755);
    await Promise.all([make(join(root, 'd', 'e')), make(join(root, 'd', 'e'))]);

    expect(['a', 'a/b', 'a/b/c'].map((folder) => statSync(join(root, folder)).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700,
    ]);
    expect(statSync(join(path, 'kept')).isFile()).toBe(true);
  });

  it('is refused where a file is in the way', async () => {
    writeFileSync(join(root, 'file'), '');

    await expect(make(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('is refused, and not tried for ever, where nothing can be made', async () => {
    await expect(make('/proc/tartan/store')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
