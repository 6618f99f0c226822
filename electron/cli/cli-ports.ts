import type { EnginePorts } from '../engine/ports.ts';
import { hostCredentials } from '../host/credentials.ts';
import { CHUNK_SIZE, enginePaths } from '../host/engine-paths.ts';
import { forkNodeHelper } from '../host/fork-helper.ts';
import { hostNetwork } from '../host/network.ts';
import { systemClock } from '../host/system-clock.ts';

/** A chunk length for trials, in bytes: a multiple of the codec's block. */
function chunkSizeOf(text: string | undefined): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 65_536 && value % 65_536 === 0 ? value : CHUNK_SIZE;
}

/** What the engine takes from a terminal's process. Warnings go to stderr when `TARTAN_LOG` is set. */
export function cliPorts(builtFolder: string): EnginePorts {
  const environment = process.env;
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (environment['TARTAN_LOG'] !== undefined) process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
  };
  return {
    paths: enginePaths(builtFolder, environment),
    clock: systemClock,
    log: { debug: write, warn: write },
    credentials: hostCredentials(environment),
    forkHelper: forkNodeHelper,
    network: hostNetwork(environment),
    // A terminal has no power management of its own; CI machines do not sleep.
    wakefulness: { hold: () => () => undefined },
    chunkSize: chunkSizeOf(environment['TARTAN_CHUNK_SIZE']),
  };
}
