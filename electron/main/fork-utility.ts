import type { UtilityProcess } from 'electron';
import type { ForkHelper } from '../engine/ports.ts';

/** The part of Electron's `utilityProcess` that forks. */
export interface UtilityForker {
  fork(file: string, args: string[], options: { serviceName: string; stdio: 'ignore' }): UtilityProcess;
}

/** Forks helpers as utility processes: `child_process.fork` does not work where the run-as-node fuse is off. */
export function createUtilityForkHelper(forker: UtilityForker): ForkHelper {
  return (file, args) => {
    const child = forker.fork(file, [...args], { serviceName: 'Tartan lock helper', stdio: 'ignore' });
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    return {
      get pid() {
        return child.pid;
      },
      send: (message) => {
        if (!ended) child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        // Chromium does not tell a signal apart; a status above 128 on POSIX is one.
        child.once('exit', (code) => {
          listener(code > 128 ? null : code);
        });
      },
      kill: () => {
        child.kill();
      },
    };
  };
}
