import type { EnginePorts, ForkHelper } from '../engine/ports.ts';
import { hostCredentials } from '../host/credentials.ts';
import { chunkSizeOf, enginePaths } from '../host/engine-paths.ts';
import { hostNetwork } from '../host/network.ts';
import { systemClock } from '../host/system-clock.ts';

/** What the engine takes from a terminal's process. Warnings go to stderr when `TARTAN_LOG` is set. */
export function cliPorts(builtFolder: string, forkHelper: ForkHelper): EnginePorts {
  const environment = process.env;
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (environment['TARTAN_LOG'] !== undefined) process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
  };
  return {
    paths: enginePaths(builtFolder, environment),
    clock: systemClock,
    log: { debug: write, warn: write },
    credentials: hostCredentials(environment),
    forkHelper,
    network: hostNetwork(environment),
    // A terminal has no power management of its own; CI machines do not sleep.
    wakefulness: { hold: () => () => undefined },
    chunkSize: chunkSizeOf(environment),
  };
}
