import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../test/fixtures/manual-clock.ts';
import { LinkMeter } from './link-meter.ts';

const MB = 1_000_000;

/** A meter over a clock that the test sets, in ms. */
function meterAt() {
  const clock = { ms: 0, steady: () => clock.ms };
  return { clock, meter: new LinkMeter(clock) };
}

describe('the measured link', () => {
  it('is bytes over the time of the requests where the network is all that is waited for', () => {
    const { clock, meter } = meterAt();
    for (let piece = 0; piece < 4; piece += 1) {
      const end = meter.begin();
      clock.ms += 1000;
      end(8 * MB, 1000);
      // The encoder's turn.
      clock.ms += 9000;
    }

    expect(meter.bytesPerSecond).toBe(8 * MB);
  });

  it('is not halved by two requests that share it', () => {
    const { clock, meter } = meterAt();
    const [one, other] = [meter.begin(), meter.begin()];
    clock.ms += 2000;
    one(8 * MB, 2000);
    other(8 * MB, 2000);

    expect(meter.bytesPerSecond).toBe(8 * MB);
  });

  it('is not slow because an encoder feeds it slowly', () => {
    const { clock, meter } = meterAt();
    const end = meter.begin();
    clock.ms += 10_000;
    end(80 * MB, 800);

    expect(meter.bytesPerSecond).toBeCloseTo(100 * MB);
  });

  it('is much faster than several encoders that feed it slowly together', () => {
    const { clock, meter } = meterAt();
    const ends = [1, 2, 3, 4].map(() => meter.begin());
    clock.ms += 10_000;
    for (const end of ends) end(10 * MB, 100);

    // 40 MB in at least 4 x 100 ms that hardly ever met.
    expect(meter.bytesPerSecond).toBeGreaterThan(100 * MB);
    expect(meter.bytesPerSecond).toBeLessThan(105 * MB);
  });

  it('is not changed by somebody who sets the clock meanwhile', async () => {
    const clock = new ManualClock();
    const meter = new LinkMeter(clock);
    const end = meter.begin();
    clock.set(3_600_000);
    await clock.advance(2000);
    end(16 * MB, 2000);
    const late = meter.begin();
    clock.set(-7_200_000);
    await clock.advance(2000);
    late(16 * MB, 2000);

    expect(meter.bytesPerSecond).toBe(8 * MB);
  });

  it('does not count what failed', () => {
    const { clock, meter } = meterAt();
    const failed = meter.begin();
    clock.ms += 60_000;
    failed(0, 0);
    const end = meter.begin();
    clock.ms += 1000;
    end(10 * MB, 1000);

    expect(meter.bytesPerSecond).toBeCloseTo(10 * MB);
  });

  it('is not told of by a few bytes, or by a moment', () => {
    const little = meterAt();
    const small = little.meter.begin();
    little.clock.ms += 1000;
    small(MB, 1000);
    const short = meterAt();
    const quick = short.meter.begin();
    short.clock.ms += 10;
    quick(10 * MB, 10);

    expect([meterAt().meter.bytesPerSecond, little.meter.bytesPerSecond, short.meter.bytesPerSecond]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
