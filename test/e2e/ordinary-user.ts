import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { electronRuntime } from '../../build/scripts/electron-runtime.mjs';

const run = promisify(execFile);
const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** `nobody` of Debian. */
const NOBODY = 65534;

/** A way to start Electron as a user who may do nothing, though the test itself is root. */
export interface OrdinaryUser {
  /** Program that starts Electron as that user. */
  readonly executable: string;
  /** The built app as that user can read it: a checkout may lie in a closed folder. */
  readonly app: string;
  /** Gives a folder to the user. */
  own(folder: string): Promise<void>;
  remove(): Promise<void>;
}

/** What of the checkout runs. */
const APP_PARTS = [
  'package.json',
  'dist/node',
  'dist/preload',
  'dist/renderer',
  ...['koffi', '@koromix', '@photostructure/sqlite', 'node-gyp-build'].map((name) => `node_modules/${name}`),
];

/** Hard links where the file system is the same; a copy else. */
async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await run('cp', ['-al', from, to]).catch(() => run('cp', ['-a', from, to]));
}

/** Puts runtime and app where the user can read them (root's folders are closed) and a program beside them that changes user. */
export async function makeOrdinaryUser(): Promise<OrdinaryUser> {
  const { dist } = await electronRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'tartan-user-'));
  const runtime = join(folder, 'electron');
  const app = join(folder, 'app');
  await Promise.all([link(dist, runtime), ...APP_PARTS.map((part) => link(join(CHECKOUT, part), join(app, part)))]);
  const executable = join(folder, 'start');
  const change = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;
  // Playwright adds --no-sandbox when it runs as root itself.
  const script = [
    '#!/bin/sh',
    'for argument do shift; [ "$argument" = --no-sandbox ] || set -- "$@" "$argument"; done',
    `exec ${change} "${join(runtime, 'electron')}" "$@"`,
  ];
  await writeFile(executable, `${script.join('\n')}\n`);
  await chmod(executable, 0o755);
  await chmod(folder, 0o755);
  return {
    executable,
    app,
    own: async (owned) => {
      await run('chown', ['-R', `${NOBODY}:${NOBODY}`, owned]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
