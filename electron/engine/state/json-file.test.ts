import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

const schema = z.object({ theme: z.enum(['dark', 'light']) });
const FALLBACK = { theme: 'light' } as const;

describe('a small document in a file', () => {
  let folder: string;
  let path: string;
  let warnings: unknown[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'json-file-'));
    path = join(folder, 'state', 'settings.json');
    warnings = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const file = (): JsonFile<z.infer<typeof schema>> =>
    new JsonFile(path, schema, FALLBACK, {
      debug: () => undefined,
      warn: (message, fields) => warnings.push([message, fields]),
    });

  it('is the fallback until it is written, and then what was written last, for its owner only', async () => {
    const settings = file();
    const before = await settings.read();
    await Promise.all([settings.write({ theme: 'light' }), settings.write({ theme: 'dark' })]);

    expect({
      before,
      after: await file().read(),
      files: await readdir(join(folder, 'state')),
      rights: (await stat(path)).mode & 0o777,
      warnings,
    }).toEqual({ before: FALLBACK, after: { theme: 'dark' }, files: ['settings.json'], rights: 0o600, warnings: [] });
  });

  it.each([
    ['cut in the middle', '{"theme":"da'],
    ['of another form', '{"theme":"neon"}'],
    ['empty', ''],
  ])('is set aside where it is %s, and the fallback takes its place', async (_name, text) => {
    await mkdir(join(folder, 'state'));
    await writeFile(path, text);

    expect({
      read: await file().read(),
      aside: await readFile(`${path}.damaged`, 'utf8'),
      there: existsSync(path),
      warnings,
    }).toEqual({
      read: FALLBACK,
      aside: text,
      there: false,
      warnings: [['damaged file set aside', { file: path }]],
    });
  });

  it('is the fallback where it cannot be set aside either', async () => {
    await mkdir(join(folder, 'state'));
    await writeFile(path, '{');
    await mkdir(join(`${path}.damaged`, 'in the way'), { recursive: true });

    expect([await file().read(), await readFile(path, 'utf8')]).toEqual([FALLBACK, '{']);
  });

  it('keeps what it was until a new one is whole: a write that was cut leaves nothing to be read', async () => {
    await file().write({ theme: 'dark' });
    await writeFile(`${path}.new`, '{"the');

    expect(await file().read()).toEqual({ theme: 'dark' });
  });

  it('says when it cannot be written, and writes again when it can', async () => {
    const settings = file();
    await writeFile(join(folder, 'state'), 'in the way');
    await expect(settings.write({ theme: 'dark' })).rejects.toThrow();
    await rm(join(folder, 'state'));
    await settings.write({ theme: 'dark' });

    expect(await settings.read()).toEqual({ theme: 'dark' });
  });
});
