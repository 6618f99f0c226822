import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../../../test/fixtures/manual-clock.ts';
import { Bandwidth } from './bandwidth.ts';
import { JobShare } from './job-share.ts';
import { PauseGate } from './pause-gate.ts';
import { RateMeter } from './push/rate-meter.ts';

const never = new AbortController().signal;
// Many pieces wait at once.
setMaxListeners(0, never);

/** Takes bytes and writes down when they came through, in ms from the start. */
function takeAll(bandwidth: Bandwidth, clock: ManualClock, pieces: readonly number[]): number[] {
  const start = clock.now();
  const times: number[] = [];
  for (const piece of pieces) void bandwidth.take(piece, never).then(() => times.push(clock.now() - start));
  return times;
}

describe('a limit of the bandwidth to one registry', () => {
  it('holds beside the limit for all: the slower one sets the pace, and other registries feel only the latter', async () => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 1000);
    bandwidth.setHostLimit('slow.io', 100);
    const start = clock.now();
    const times: [string, number][] = [];
    const take = (host: string, bytes: number): void => {
      void bandwidth.takeFor(host, bytes, never).then(() => times.push([host, clock.now() - start]));
    };
    take('slow.io', 400);
    take('fast.io', 400);
    await settle();
    await clock.advance(10_000);
    const limits = [bandwidth.limitTo('slow.io'), bandwidth.limitTo('fast.io')];
    bandwidth.setHostLimit('slow.io', null);

    expect({ times, limits, lifted: bandwidth.limitTo('slow.io') }).toEqual({
      times: [
        ['fast.io', 0],
        ['slow.io', 3000],
      ],
      limits: [100, 1000],
      lifted: 1000,
    });
  });
});

describe('a limit of the bandwidth', () => {
  it('is none where there is no limit', async () => {
    const clock = new ManualClock();
    await new Bandwidth(clock, null).take(1e12, never);

    expect(clock.waits).toEqual([]);
  });

  it.each([-3_600_000, 3_600_000])('is kept when the clock is set by %i ms meanwhile', async (ms) => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 1000);
    let went = 0;
    for (let piece = 0; piece < 10; piece += 1) void bandwidth.take(1000, never).then(() => (went += 1));
    await clock.advance(2500);
    const before = went;
    clock.set(ms);
    await clock.advance(3000);

    // The piece that waits while the clock is set may wait for its second once more.
    expect({ before, during: went - before >= 2 && went - before <= 3 }).toEqual({ before: 3, during: true });
  });

  it('lets pieces go in the order of asking, a second’s worth at once', async () => {
    const clock = new ManualClock();
    const times = takeAll(new Bandwidth(clock, 1000), clock, [1000, 500, 1500]);
    await settle();
    await clock.advance(10_000);

    expect(times).toEqual([0, 500, 2000]);
  });

  it('is kept over any row of pieces: never more than a second’s worth ahead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }), async (pieces) => {
        const clock = new ManualClock();
        const times = takeAll(new Bandwidth(clock, 1000), clock, pieces);
        await clock.advance(1_000_000);
        let sent = 0;
        for (const [at, piece] of pieces.entries()) {
          sent += piece;
          expect(times[at] ?? -1).toBeGreaterThanOrEqual(sent - 1000 - 0.001);
        }
        expect(times.length).toBe(pieces.length);
      }),
    );
  });

  it('ends its wait when the push is cancelled', async () => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 10);
    const stop = new AbortController();
    const waiting = bandwidth.take(1_000_000, stop.signal);
    stop.abort(new Error('cancelled'));

    await expect(waiting).rejects.toThrow('cancelled');
    expect(clock.sleeping).toBe(0);
  });

  it.each<[string, number | null, number]>([
    ['lifted', null, 0],
    ['raised', 1_000_000, 0],
  ])('that is %s lets go at once what waited under the old one', async (_name, limit, afterMs) => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 1000);
    const times = takeAll(bandwidth, clock, [600_000, 1000]);
    await clock.advance(1000);
    bandwidth.setLimit(limit);
    await settle();

    expect(times.map((time) => time - 1000)).toEqual([afterMs, afterMs]);
  });
});

describe('a limit of the bandwidth that jobs share', () => {
  /** Bytes that each job got in so many seconds, of which all want as many pieces as they get. */
  async function after(seconds: number, jobs: Record<string, { piece: number; atOnce: number; share: JobShare }>) {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 1000);
    const stop = new AbortController();
    const got: Record<string, number> = {};
    for (const [name, { piece, atOnce, share }] of Object.entries(jobs)) {
      got[name] = 0;
      const send = async (): Promise<void> => {
        for (;;) {
          await bandwidth.take(piece, stop.signal, share);
          got[name] = (got[name] ?? 0) + piece;
        }
      };
      for (let at = 0; at < atOnce; at += 1) send().catch(() => undefined);
    }
    await settle();
    await clock.advance(seconds * 1000);
    stop.abort(new Error('over'));
    return got;
  }

  it('gives each job the same, however many pieces of it wait and however large they are', async () => {
    const got = await after(60, {
      large: { piece: 800, atOnce: 8, share: new JobShare() },
      small: { piece: 100, atOnce: 1, share: new JobShare() },
    });
    const sum = Object.values(got).reduce((all, one) => all + one, 0);

    expect(sum).toBeLessThanOrEqual(61_000);
    expect(sum).toBeGreaterThan(59_000);
    // To one piece of the larger.
    expect(Math.abs((got['large'] ?? 0) - (got['small'] ?? 0))).toBeLessThanOrEqual(1600);
  });

  it('gives the job that is looked at three times as much', async () => {
    const watched = new JobShare();
    watched.watched = true;
    const got = await after(80, {
      other: { piece: 100, atOnce: 4, share: new JobShare() },
      watched: { piece: 100, atOnce: 4, share: watched },
    });

    expect((got['watched'] ?? 0) / (got['other'] ?? 1)).toBeCloseTo(3, 0);
  });

  it('owes nothing to a job for the time in which it did not send', async () => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(clock, 1000);
    const [early, late] = [new JobShare(), new JobShare()];
    const order: string[] = [];
    const take = (name: string, share: JobShare): void => {
      void bandwidth.take(1000, never, share).then(() => order.push(name));
    };
    for (let at = 0; at < 6; at += 1) take('early', early);
    await clock.advance(4000);
    for (let at = 0; at < 3; at += 1) take('late', late);
    for (let at = 0; at < 2; at += 1) take('early', early);
    await clock.advance(20_000);

    expect(order.slice(5)).toEqual(['late', 'early', 'late', 'late', 'early', 'early']);
  });
});

describe('the gate of a paused job', () => {
  it('lets through while it is open, and all who wait when it opens again', async () => {
    const gate = new PauseGate();
    await gate.pass(never);
    gate.close();
    gate.close();
    let through = 0;
    const waiting = [1, 2].map(() => gate.pass(never).then(() => (through += 1)));
    await settle();
    const before = { through, closed: gate.closed };
    gate.open();
    await Promise.all(waiting);

    expect({ before, through, closed: gate.closed }).toEqual({
      before: { through: 0, closed: true },
      through: 2,
      closed: false,
    });
  });

  it('holds again who comes through a gate that was closed meanwhile', async () => {
    const gate = new PauseGate();
    gate.close();
    let through = false;
    const waiting = gate.pass(never).then(() => (through = true));
    gate.open();
    gate.close();
    await settle();
    const held = through;
    gate.open();
    await waiting;

    expect([held, through]).toEqual([false, true]);
  });

  it('lets go who is cancelled, and does not let in who was', async () => {
    const gate = new PauseGate();
    gate.close();
    const stop = new AbortController();
    const waiting = gate.pass(stop.signal);
    stop.abort(new Error('cancelled'));

    await expect(waiting).rejects.toThrow('cancelled');
    gate.open();
    await expect(gate.pass(stop.signal)).rejects.toThrow('cancelled');
  });
});

describe('the rate of a push', () => {
  /** A meter that got so many bytes each 100 ms for some seconds. */
  function after(
    seconds: number,
    bytesPerTick: number,
    meter = new RateMeter(),
    fromMs = 0,
  ): { meter: RateMeter; nowMs: number } {
    let nowMs = fromMs;
    meter.read(nowMs);
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      nowMs += 100;
      meter.add(bytesPerTick);
      meter.read(nowMs);
      meter.secondsLeft(1_000_000, nowMs);
    }
    return { meter, nowMs };
  }

  it('comes near to what is sent, and falls when nothing is', () => {
    const { meter, nowMs } = after(15, 100_000);
    const steady = meter.read(nowMs);
    const stalled = after(15, 0, meter, nowMs);

    expect(steady).toBeGreaterThan(950_000);
    expect(steady).toBeLessThanOrEqual(1_000_000);
    expect(stalled.meter.read(stalled.nowMs)).toBeLessThan(10_000);
  });

  it('gives no estimate before five seconds, nor while it jumps', () => {
    const young = after(4, 100_000);
    const steady = after(20, 100_000);
    const estimate = steady.meter.secondsLeft(10_000_000, steady.nowMs);
    const jumped = steady.meter.secondsLeft(100_000_000, steady.nowMs);

    expect([young.meter.secondsLeft(1_000_000, young.nowMs), estimate, jumped]).toEqual([null, null, null]);
    expect(steady.meter.secondsLeft(100_000_000, steady.nowMs)).toBeCloseTo(100, -1);
  });

  it('is never negative nor endless, whatever comes when', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 10_000_000 }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const meter = new RateMeter();
        let nowMs = 0;
        for (const [elapsed, bytes] of steps) {
          nowMs += elapsed;
          meter.add(bytes);
          const rate = meter.read(nowMs);
          const left = meter.secondsLeft(1000, nowMs);
          expect(Number.isFinite(rate) && rate >= 0).toBe(true);
          expect(left === null || (Number.isFinite(left) && left >= 0)).toBe(true);
        }
      }),
    );
  });
});
