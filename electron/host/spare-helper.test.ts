import { describe, expect, it, vi } from 'vitest';
import type { HelperProcess } from '../engine/ports.ts';
import { SpareHelper } from './spare-helper.ts';

/** Helpers that are told apart by the order in which they were started. */
function forker() {
  const started: { file: string; end: () => void; killed: boolean }[] = [];
  const fork = (file: string): HelperProcess => {
    const listeners: ((code: number | null) => void)[] = [];
    const one = { file, killed: false, end: () => listeners.at(-1)?.(0) };
    started.push(one);
    return {
      pid: started.length,
      send: () => undefined,
      onMessage: () => undefined,
      onExit: (listener) => listeners.push(listener),
      kill: () => {
        one.killed = true;
        one.end();
      },
    };
  };
  return { started, fork };
}

describe('a helper that is ready', () => {
  it('is started when one has ended, and is the next that is taken', () => {
    const { started, fork } = forker();
    const helpers = new SpareHelper(fork);
    const first = helpers.fork('lock', []);
    let told = false;
    first.onExit(() => {
      told = true;
    });
    const before = started.length;
    started[0]?.end();
    const second = helpers.fork('lock', []);

    expect([before, told, started.length, first.pid, second.pid]).toEqual([1, true, 2, 1, 2]);
  });

  it('ends when nobody takes it for long, and with its owner', () => {
    vi.useFakeTimers();
    const { started, fork } = forker();
    const helpers = new SpareHelper(fork);
    const use = (at: number): void => {
      helpers.fork('lock', []).onExit(() => undefined);
      started[at]?.end();
    };
    use(0);
    vi.advanceTimersByTime(120_000);
    const idle = started.map(({ killed }) => killed);
    use(2);
    helpers.close();
    vi.useRealTimers();

    expect([idle, started.map(({ killed }) => killed)]).toEqual([
      [false, true],
      [false, true, false, true],
    ]);
  });
});
