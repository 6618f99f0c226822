import { fork, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, ForkHelper, Log, Wakefulness } from '../engine/ports.ts';

/** The computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** Writes nothing. */
export const silentLog: Log = { debug: () => undefined, warn: () => undefined };

/** One line for people: time, level, message, fields as JSON. Values that JSON cannot hold are left out. */
export function logLine(
  now: number,
  level: 'debug' | 'warn',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): string {
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? value.message : typeof value === 'bigint' ? String(value) : value,
  ]);
  const tail = plain.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(plain))}`;
  return `${new Date(now).toISOString()} ${level} ${message}${tail}\n`;
}

/** Writes to stderr; `debug` lines only when asked. */
export function stderrLog(verbose: boolean): Log {
  const write = (level: 'debug' | 'warn', message: string, fields?: Readonly<Record<string, unknown>>): void => {
    process.stderr.write(logLine(Date.now(), level, message, fields));
  };
  return {
    debug: (message, fields) => {
      if (verbose) write('debug', message, fields);
    },
    warn: (message, fields) => {
      write('warn', message, fields);
    },
  };
}

/** Forks a helper in a Node of its own. In Electron the run-as-node fuse is off: there `utilityProcess` is used instead. */
export const forkNodeHelper: ForkHelper = (file, args) => {
  const child = fork(file, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
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

/** The program that keeps a machine awake while its child or standard input lives; null where there is none. */
function wakefulnessCommand(platform: NodeJS.Platform, reason: string): readonly [string, readonly string[]] | null {
  switch (platform) {
    case 'darwin':
      return ['/usr/bin/caffeinate', ['-i', '-w', String(process.pid)]];
    case 'linux':
      return ['systemd-inhibit', ['--what=idle:sleep', '--who=Tartan', `--why=${reason}`, '--mode=block', 'cat']];
    default:
      return null;
  }
}

/**
 * Keeps the machine awake by a child process of the system (`caffeinate`, `systemd-inhibit`) for as long as at least one
 * hold is out. Where neither works nothing happens.
 */
export function createCommandWakefulness(platform: NodeJS.Platform, log: Log): Wakefulness {
  let holds = 0;
  let stop: (() => void) | null = null;

  function start(reason: string): () => void {
    const command = wakefulnessCommand(platform, reason);
    if (command === null) return () => undefined;
    const child = spawn(command[0], command[1], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.once('error', (error) => {
      log.debug('the machine may fall asleep', { reason: error.message });
    });
    // `cat` ends with its input, so that nothing is left behind when this process is killed.
    child.stdin.on('error', () => undefined);
    child.unref();
    return () => {
      child.stdin.end();
      child.kill();
    };
  }

  return {
    hold(reason) {
      holds += 1;
      stop ??= start(reason);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds -= 1;
        if (holds > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}
