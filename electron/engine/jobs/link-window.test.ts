import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { LinkWindow } from './link-window.ts';

/** Sends for some minutes over a link that takes so many MB a second with so many layers; answers the numbers of layers. */
async function numbersOver(minutes: number, takes: (layers: number) => number, most = 6, least = 2): Promise<number[]> {
  const clock = new ManualClock();
  const window = new LinkWindow(clock, least);
  const numbers: number[] = [];
  for (let second = 0; second < minutes * 60; second += 1) {
    const layers = window.of(most);
    window.took(takes(layers) * 1_000_000, layers, most);
    if (numbers.at(-1) !== layers) numbers.push(layers);
    await clock.advance(1000);
  }
  return numbers;
}

describe('the number of layers at once to a host', () => {
  it('is what the setting says at first, and falls as long as fewer get as much through', async () => {
    expect(await numbersOver(2, () => 20)).toEqual([6, 5, 4, 3, 2]);
  });

  it('stays where each connection gets little: fewer are tried now and then, and given up', async () => {
    expect(await numbersOver(2, (layers) => layers * 5)).toEqual([6, 5, 6, 5, 6]);
  });

  it('finds the number beyond which nothing is won', async () => {
    const numbers = await numbersOver(6, (layers) => Math.min(layers, 4) * 5);

    expect(numbers.slice(0, 4)).toEqual([6, 5, 4, 3]);
    expect(new Set(numbers.slice(4))).toEqual(new Set([4, 5, 3]));
  });

  it('rises again where the link gets wider', async () => {
    let wide = false;
    const clock = new ManualClock();
    const window = new LinkWindow(clock, 2);
    /** The numbers of layers in the last 100 s of so many. */
    const run = async (seconds: number): Promise<number[]> => {
      const numbers = new Set<number>();
      for (let second = 0; second < seconds; second += 1) {
        const layers = window.of(4);
        if (second >= seconds - 100) numbers.add(layers);
        window.took((wide ? layers * 20 : 20) * 1_000_000, layers, 4);
        await clock.advance(1000);
      }
      return [...numbers].sort();
    };
    const narrow = await run(220);
    wide = true;

    expect({ narrow, wide: await run(300) }).toEqual({ narrow: [2, 3], wide: [3, 4] });
  });

  it('is not judged while fewer layers are under way than may be, nor above the setting', async () => {
    const clock = new ManualClock();
    const window = new LinkWindow(clock, 2);
    for (let second = 0; second < 120; second += 1) {
      window.took(20_000_000, 1, 4);
      await clock.advance(1000);
    }

    expect([window.of(4), window.of(1)]).toEqual([4, 1]);
  });
});
