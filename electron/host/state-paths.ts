import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EnginePaths } from '../engine/ports.ts';

/** The facts of a host process that decide where things lie. */
export interface HostFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The person's home folder. */
  readonly home: string;
}

/** The facts of this process. */
export function hostFacts(): HostFacts {
  return { env: process.env, platform: process.platform, home: homedir() };
}

function variable(facts: HostFacts, name: string): string | null {
  const value = facts.env[name];
  return value === undefined || value === '' ? null : value;
}

/** The app's own state folder: `TARTAN_HOME`, else the platform's place for an app's data. Absolute. */
export function stateHomeOf(facts: HostFacts): string {
  const chosen = variable(facts, 'TARTAN_HOME');
  if (chosen !== null) return resolve(chosen);
  switch (facts.platform) {
    case 'darwin':
      return join(facts.home, 'Library', 'Application Support', 'Tartan');
    case 'win32':
      return join(variable(facts, 'LOCALAPPDATA') ?? join(facts.home, 'AppData', 'Local'), 'Tartan');
    default:
      return join(variable(facts, 'XDG_DATA_HOME') ?? join(facts.home, '.local', 'share'), 'tartan');
  }
}

/**
 * Tart's root: `TART_HOME`, else `~/.tart`, as Tart itself finds it. An app that is started from the desktop does not see
 * what a shell exports; the setting `tartHome`, which the engine reads, wins over both.
 */
export function tartHomeOf(facts: HostFacts): string {
  const chosen = variable(facts, 'TART_HOME');
  return chosen === null ? join(facts.home, '.tart') : resolve(chosen);
}

/** A file inside an asar archive as the path that other processes and native code can open. */
export function unpackedPath(file: string): string {
  return file.replace(/([\\/][^\\/]+\.asar)([\\/])/, (_whole, archive: string, separator: string) =>
    archive.endsWith('.unpacked') ? `${archive}${separator}` : `${archive}.unpacked${separator}`,
  );
}

/** Paths for an engine whose built files (`codec-worker.cjs` and the like) lie in `builtFolder`. */
export function enginePaths(facts: HostFacts, builtFolder: string): EnginePaths {
  const built = (file: string): string => unpackedPath(join(builtFolder, file));
  return {
    tartHome: tartHomeOf(facts),
    stateHome: stateHomeOf(facts),
    codecWorker: built('codec-worker.cjs'),
    stateWorker: built('state-worker.cjs'),
    lockHelper: built('lock-helper.cjs'),
    codecWasm: built('codec.wasm'),
  };
}
