import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { electronRuntime } from '../../build/scripts/electron-runtime.mjs';

const run = promisify(execFile);
/** `nobody` of Debian. */
const NOBODY = 65534;

/** A way to start Electron as a user who may do nothing, though the test itself is root. */
export interface OrdinaryUser {
  /** Program that starts Electron as that user. */
  readonly executable: string;
  /** Gives a folder to the user. */
  own(folder: string): Promise<void>;
  remove(): Promise<void>;
}

/** Puts the runtime where the user can read it (root's cache folder is closed) and a program beside it that changes user. */
export async function makeOrdinaryUser(): Promise<OrdinaryUser> {
  const { dist } = await electronRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'tartan-user-'));
  const runtime = join(folder, 'electron');
  // Hard links where the file system is the same; a copy of 260 MB else.
  await run('cp', ['-al', dist, runtime]).catch(() => run('cp', ['-a', dist, runtime]));
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
    own: async (owned) => {
      await run('chown', ['-R', `${NOBODY}:${NOBODY}`, owned]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
