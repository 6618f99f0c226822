import { join } from 'node:path';
import type { EnginePorts, ForkHelper } from '../engine/ports.ts';
import { createCredentials } from '../host/credentials/credentials.ts';
import { FileVault } from '../host/credentials/file-vault.ts';
import { chunkSizeOf, enginePaths } from '../host/engine-paths.ts';
import { hostFacts } from '../host/host-facts.ts';
import { silentLog } from '../host/host-log.ts';
import { hostNetwork } from '../host/network.ts';
import { redact } from '../host/redact.ts';
import { systemClock } from '../host/system-clock.ts';
import { createWakefulness } from './wakefulness.ts';

/** What the engine takes from a terminal's process. Warnings go to stderr when `TARTAN_LOG` is set. */
export function cliPorts(builtFolder: string, forkHelper: ForkHelper): EnginePorts {
  const environment = process.env;
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (environment['TARTAN_LOG'] !== undefined)
      process.stderr.write(`${message} ${JSON.stringify(redact(fields ?? {}))}\n`);
  };
  const paths = enginePaths(builtFolder, environment);
  const log = { debug: write, warn: write };
  return {
    paths,
    clock: systemClock,
    log,
    // The window's own sign-ins are encrypted for the app alone.
    credentials: createCredentials(hostFacts(environment), systemClock, silentLog, [
      new FileVault(join(paths.stateHome, 'auth.json')),
    ]),
    forkHelper,
    network: hostNetwork(environment),
    wakefulness: createWakefulness(),
    chunkSize: chunkSizeOf(environment),
  };
}
