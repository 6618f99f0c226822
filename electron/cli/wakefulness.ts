import { type ChildProcess, spawn } from 'node:child_process';
import type { Wakefulness } from '../engine/ports.ts';

/** A computer does not go to sleep within it, and most commands are over by then. */
const LONG_MS = 10_000;

/**
 * What keeps a computer awake while a program that it is given runs. Only the sleep that comes by itself: on Linux everybody may
 * forbid that, and nobody is asked for a password.
 */
const KEEPERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['caffeinate', '-i'],
  linux: ['systemd-inhibit', '--what=idle', '--who=Tartan', '--why=An image is on its way', '--mode=block'],
};

/** Where it is run, other than in tests: this system, for jobs of 10 s and more. */
export interface WakefulnessOptions {
  readonly platform?: NodeJS.Platform;
  readonly environment?: NodeJS.ProcessEnv;
  /** How long a hold has to last before anything is done, in ms. */
  readonly afterMs?: number;
}

/**
 * Keeps the computer from sleeping while at least one job runs, by the system's own program for it. Where there is none, as in a
 * container or on Windows, nothing is kept. The keeper runs `cat`, which ends when our end of its pipe does, however we end.
 */
export function createWakefulness(options: WakefulnessOptions = {}): Wakefulness {
  const { platform = process.platform, environment = process.env, afterMs = LONG_MS } = options;
  const keeper = KEEPERS[platform];
  if (keeper === undefined) return { hold: () => () => undefined };
  const [program, ...args] = keeper;
  const holds = new Set<symbol>();
  let starting: NodeJS.Timeout | null = null;
  let running: ChildProcess | null = null;

  const start = (): void => {
    running = spawn(program, [...args, 'cat'], { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });
    // No such program: nothing keeps the computer awake, and the push goes on.
    running.on('error', () => undefined);
    running.stdin?.on('error', () => undefined);
    running.unref();
  };
  const stop = (): void => {
    if (starting !== null) clearTimeout(starting);
    running?.stdin?.destroy();
    [starting, running] = [null, null];
  };

  return {
    hold(reason) {
      const held = Symbol(reason);
      holds.add(held);
      starting ??= setTimeout(start, afterMs).unref();
      return () => {
        if (holds.delete(held) && holds.size === 0) stop();
      };
    },
  };
}
