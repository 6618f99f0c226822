import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDigest } from '../../../shared/models/reference.ts';
import type { Clock } from '../ports.ts';
import { PlaceWatch } from './place-watch.ts';
import { statOrNull, vmFiles } from './vm-folder.ts';
import { vmStateOf } from './vm-state.ts';

/** Changes are told at most this often, in ms. */
const QUIET_MS = 300;
/** Locks raise no event: the states of local VMs are looked at this often, in ms. */
const STATES_MS = 3000;
/** Hosts and name components of the cache; deeper folders are digest folders, which never change. */
const CACHE_DEPTH = 12;
/** A running VM writes to these all the time. */
const NOISY: readonly string[] = ['disk.img', 'nvram.bin', 'overlay.asif'];

/** What the watch cannot see by events: who runs, and how long disks are. */
async function statesOf(vmsFolder: string): Promise<string> {
  const names = await readdir(vmsFolder).catch(() => []);
  const states: string[] = [];
  for (const name of names) {
    const files = vmFiles(join(vmsFolder, name));
    const disk = await statOrNull(files.disk);
    if (disk !== null) states.push(`${name}/${disk.size}/${await vmStateOf(files)}`);
  }
  return states.join('\n');
}

/**
 * Calls `onChange` when VMs or cached images come, go or change, and when a VM starts or stops; many changes at once are
 * one call. A Tart home that does not exist yet is found when it comes.
 *
 * @returns what ends the watch
 */
export function watchVms(tartHome: string, clock: Clock, onChange: () => void): { close(): Promise<void> } {
  const ended = new AbortController();
  let waiting = false;
  const changed = (): void => {
    if (waiting || ended.signal.aborted) return;
    waiting = true;
    clock
      .sleep(QUIET_MS, ended.signal)
      .then(() => {
        waiting = false;
        onChange();
      })
      .catch(() => undefined);
  };
  const vmsFolder = join(tartHome, 'vms');
  const places = [
    new PlaceWatch(vmsFolder, {
      depth: 1,
      ignored: (path) => NOISY.includes(basename(path)),
      onChange: changed,
    }),
    new PlaceWatch(join(tartHome, 'cache', 'OCIs'), {
      depth: CACHE_DEPTH,
      ignored: (path) => isDigest(basename(dirname(path))),
      onChange: changed,
    }),
  ];
  const polling = followStates(vmsFolder, places, clock, ended.signal, changed).catch(() => undefined);
  return {
    async close() {
      ended.abort();
      await Promise.all([polling, ...places.map((place) => place.close())]);
    },
  };
}

async function followStates(
  vmsFolder: string,
  places: readonly PlaceWatch[],
  clock: Clock,
  signal: AbortSignal,
  changed: () => void,
): Promise<void> {
  let before = await statesOf(vmsFolder);
  while (!signal.aborted) {
    await clock.sleep(STATES_MS, signal);
    for (const place of places) place.check();
    const now = await statesOf(vmsFolder);
    if (now !== before) changed();
    before = now;
  }
}
