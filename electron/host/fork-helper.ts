import { fork } from 'node:child_process';
import type { ForkHelper } from '../engine/ports.ts';

/** Forks helpers as Node processes, in a group of their own: Ctrl-C on a terminal reaches only the command. */
export const forkNodeHelper: ForkHelper = (file, args) => {
  const child = fork(file, [...args], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
  return {
    pid: child.pid,
    send(message) {
      // A helper that has ended is heard of through its end.
      if (child.connected) child.send(message as Parameters<typeof child.send>[0], () => undefined);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onExit(listener) {
      child.once('exit', (code) => listener(code));
      child.once('error', () => listener(null));
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
};
