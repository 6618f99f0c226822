import { homedir } from 'node:os';
import { join } from 'node:path';
import type { EnginePaths } from '../engine/ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Raw bytes of a chunk, as Tart cuts disks. */
export const CHUNK_SIZE = 512 * 1024 * 1024;

/** The platform's place for the state of a program. */
function stateHome(environment: Environment, home: string): string {
  switch (process.platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Tartan');
    case 'win32':
      return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Tartan');
    default:
      return join(environment['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'tartan');
  }
}

/** Folders and built files of an engine. `TART_HOME` as for Tart, `TARTAN_HOME` for the app's own state. */
export function enginePaths(builtFolder: string, environment: Environment, home = homedir()): EnginePaths {
  return {
    tartHome: environment['TART_HOME'] ?? join(home, '.tart'),
    stateHome: environment['TARTAN_HOME'] ?? stateHome(environment, home),
    codecWorker: join(builtFolder, 'codec-worker.cjs'),
    stateWorker: join(builtFolder, 'state-worker.cjs'),
    lockHelper: join(builtFolder, 'lock-helper.cjs'),
    codecWasm: join(builtFolder, 'codec.wasm'),
  };
}
