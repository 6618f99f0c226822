import { fork } from 'node:child_process';
import type { ForkHelper } from '../engine/ports.ts';

/** Forks a helper in a Node of its own. In Electron the run-as-node fuse is off: there `utilityProcess` is used instead. */
export const forkNodeHelper: ForkHelper = (file, args) => {
  // A process group of its own: Ctrl-C in a terminal is for the one who asked for the work, who then ends the helper.
  const child = fork(file, [...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    // It speaks to no network: further certificates would be a third of its start. A variable that is undefined is left out.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined },
    detached: true,
  });
  let ended = false;
  let onExit: ((code: number | null) => void) | null = null;
  const end = (code: number | null): void => {
    if (ended) return;
    ended = true;
    onExit?.(code);
  };
  child.once('exit', end);
  // A file that cannot be started has no exit event.
  child.once('error', () => {
    end(null);
  });
  return {
    pid: child.pid,
    send: (message) => {
      // Node's type wants a Serializable; the engine sends JSON. A helper that just ended is told by its exit.
      if (child.connected) child.send(message as Record<string, unknown>, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      onExit = listener;
    },
    kill: () => {
      child.kill('SIGTERM');
    },
  };
};
