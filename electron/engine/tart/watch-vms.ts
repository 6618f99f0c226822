import { join } from 'node:path';
import { watch } from 'chokidar';
import type { Clock } from '../ports.ts';

/** Changes are told at most this often, in ms. */
const QUIET_MS = 300;

/**
 * Calls `onChange` when VMs or cached images come, go or change; many changes at once are one call. A Tart home that
 * does not exist yet is found when it comes. Disks are not watched byte by byte: stat polling is off.
 */
export function watchVms(tartHome: string, clock: Clock, onChange: () => void): { close(): Promise<void> } {
  const ended = new AbortController();
  let waiting = false;
  const told = (): void => {
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
  const watcher = watch([join(tartHome, 'vms'), join(tartHome, 'cache', 'OCIs')], {
    ignoreInitial: true,
    depth: 8,
    followSymlinks: false,
    ignored: (path) => path.endsWith('.sock'),
  });
  watcher.on('all', told);
  // A folder that vanished under the watcher is a change like any other.
  watcher.on('error', told);
  return {
    async close() {
      ended.abort();
      await watcher.close();
    },
  };
}
