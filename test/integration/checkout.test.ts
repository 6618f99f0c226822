import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const run = promisify(execFile);
const description = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ resolved: z.string().optional(), os: z.array(z.string()).optional() }),
  ),
});

async function json<Shape>(file: string, schema: z.ZodType<Shape>): Promise<Shape> {
  return schema.parse(JSON.parse(await readFile(join(CHECKOUT, file), 'utf8')));
}

describe('a checkout', () => {
  it('pins every package, for every system, from whatever registry, and hides no second Node', async () => {
    const { dependencies, devDependencies } = await json('package.json', description);
    const { packages } = await json('package-lock.json', lockfile);
    const systems = new Set(Object.values(packages).flatMap(({ os }) => os ?? []));

    expect({
      loose: Object.entries({ ...dependencies, ...devDependencies }).filter(
        ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
      ),
      // A path is a package of this checkout's own; an address would tie the lockfile to a host.
      hosts: Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined),
      nodes: Object.keys(packages).filter((name) =>
        /(^|\/)node_modules\/node(-bin\b.*|-(linux|darwin|win)-.*)?$/.test(name),
      ),
      systems: ['darwin', 'linux', 'win32'].filter((name) => systems.has(name)),
    }).toEqual({ loose: [], hosts: [], nodes: [], systems: ['darwin', 'linux', 'win32'] });
  });

  it('has at its top the rooms of the house and no more: what a run builds, fetches or writes is ignored by git', async () => {
    const ignored = new Set((await readFile(join(CHECKOUT, '.gitignore'), 'utf8')).split('\n'));
    const entries = (await readdir(CHECKOUT, { withFileTypes: true })).filter(
      ({ name }) => !name.startsWith('.') && !ignored.has(`${name}/`) && !ignored.has(`/${name}/`),
    );

    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(['build', 'docs', 'electron', 'renderer', 'shared', 'test']);
  });

  it('has the command line as npx tartan once it is built', async () => {
    const { version } = await json('package.json', description);
    const { stdout } = await run('npx', ['--offline', 'tartan', '--version'], { cwd: CHECKOUT });

    expect(stdout.trim()).toBe(version);
  });
});
