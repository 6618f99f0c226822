import { join } from 'node:path';
import { powerSaveBlocker, utilityProcess } from 'electron';
import type { EnginePorts } from '../engine/ports.ts';
import { hostCredentials } from '../host/credentials.ts';
import { chunkSizeOf, enginePaths } from '../host/engine-paths.ts';
import type { Environment } from '../host/host-facts.ts';
import { hostNetwork } from '../host/network.ts';
import { systemClock } from '../host/system-clock.ts';
import { createFileLog } from './file-log.ts';
import { createUtilityForkHelper } from './fork-utility.ts';
import { createWakefulness } from './wakefulness.ts';

/** What the engine takes from the app. Logs go to `logs/tartan.log` of the state folder. */
export function electronPorts(builtFolder: string, environment: Environment): EnginePorts {
  const paths = enginePaths(builtFolder, environment);
  const log = createFileLog(join(paths.stateHome, 'logs', 'tartan.log'), {
    debug: environment['TARTAN_LOG'] !== undefined,
  });
  return {
    paths,
    clock: systemClock,
    log,
    credentials: hostCredentials(environment, log),
    forkHelper: createUtilityForkHelper(utilityProcess),
    network: hostNetwork(environment, log),
    wakefulness: createWakefulness(powerSaveBlocker),
    chunkSize: chunkSizeOf(environment),
  };
}
