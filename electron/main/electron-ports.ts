import { join } from 'node:path';
import { powerSaveBlocker, safeStorage, utilityProcess } from 'electron';
import type { EnginePorts } from '../engine/ports.ts';
import { createCredentials } from '../host/credentials/credentials.ts';
import { EncryptedVault } from '../host/credentials/encrypted-vault.ts';
import { FileVault } from '../host/credentials/file-vault.ts';
import { chunkSizeOf, enginePaths } from '../host/engine-paths.ts';
import { type Environment, hostFacts } from '../host/host-facts.ts';
import { hostNetwork } from '../host/network.ts';
import { SpareHelper } from '../host/spare-helper.ts';
import { systemClock } from '../host/system-clock.ts';
import { createFileLog } from './file-log.ts';
import { createUtilityForkHelper } from './fork-utility.ts';
import { systemEncryption } from './system-encryption.ts';
import { createWakefulness } from './wakefulness.ts';

/** What the engine takes from the app. Logs go to `logs/tartan.log` of the state folder. */
export function electronPorts(builtFolder: string, environment: Environment): EnginePorts {
  const paths = enginePaths(builtFolder, environment);
  const log = createFileLog(join(paths.stateHome, 'logs', 'tartan.log'), {
    debug: environment['TARTAN_LOG'] !== undefined,
  });
  const vault = new EncryptedVault(join(paths.stateHome, 'vault.json'), systemEncryption(safeStorage));
  return {
    paths,
    clock: systemClock,
    log,
    credentials: createCredentials(hostFacts(environment), systemClock, log, [
      vault,
      new FileVault(join(paths.stateHome, 'auth.json')),
    ]),
    // The spare ends with the app, as every utility process does.
    forkHelper: new SpareHelper(createUtilityForkHelper(utilityProcess)).fork,
    network: hostNetwork(environment, log),
    wakefulness: createWakefulness(powerSaveBlocker),
    chunkSize: chunkSizeOf(environment),
  };
}
