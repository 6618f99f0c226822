import { describe, expect, it } from 'vitest';
import { barChart, type PushedBucket } from './pushed-bars.ts';

const at = (text: string): number => new Date(text).getTime();
const bucket = (text: string, parts: Partial<PushedBucket>): PushedBucket => ({
  startMs: at(text),
  present: 0,
  mount: 0,
  duplicate: 0,
  upload: 0,
  ...parts,
});

describe('the bars of what was pushed', () => {
  it('stack present, mount, duplicate and upload from below, each as high as its bytes', () => {
    const week = bucket('2026-11-02T00:00', { present: 200e9, mount: 100e9, duplicate: 20e9, upload: 80e9 });
    const chart = barChart([week], 'week', 300, 200);
    const [bar] = chart.bars;
    expect(chart.unit).toBe('GB');
    expect(chart.ticks.map(({ label, y }) => [label, y])).toEqual([
      ['0', 200],
      ['100', 150],
      ['200', 100],
      ['300', 50],
      ['400', 0],
    ]);
    expect(bar?.total).toBe(400e9);
    expect(bar?.segments).toEqual([
      { part: 'present', bytes: 200e9, y: 100, height: 100 },
      { part: 'mount', bytes: 100e9, y: 50, height: 49 },
      { part: 'duplicate', bytes: 20e9, y: 40, height: 9 },
      { part: 'upload', bytes: 80e9, y: 0, height: 39 },
    ]);
  });

  it('lose no part in rounding, and draw none that is empty', () => {
    const chart = barChart([bucket('2026-11-02T00:00', { present: 10e9, upload: 1 })], 'week', 100, 100);
    expect(chart.bars[0]?.segments).toMatchObject([
      { part: 'present', height: 83 },
      { part: 'upload', height: 1 },
    ]);
    expect(barChart([bucket('2026-11-02T00:00', {})], 'week', 100, 100).bars[0]?.segments).toEqual([]);
  });

  it('have a word where a month begins, and none that would lie over another', () => {
    const days = Array.from({ length: 40 }, (_, index) => bucket(new Date(2026, 9, 12 + index).toString(), {}));
    const words = barChart(days, 'day', 800, 100).months.map(({ startMs }) => new Date(startMs).getMonth());
    expect(words).toEqual([9, 10]);
    const close = [
      bucket('2026-10-26T00:00', {}),
      ...[2, 9].map((day) => bucket(new Date(2026, 10, day).toString(), {})),
    ];
    expect(barChart(close, 'week', 60, 100).months.map(({ startMs }) => new Date(startMs).getMonth())).toEqual([10]);
    const months = [0, 1, 2].map((month) => bucket(new Date(2026, month, 1).toString(), {}));
    expect(barChart(months, 'month', 300, 100).months).toHaveLength(3);
  });
});
