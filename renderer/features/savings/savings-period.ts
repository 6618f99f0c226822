/** The periods that the screen offers, in their order. */
export const SAVINGS_PERIODS = ['days30', 'months6', 'year', 'all'] as const;

/** See {@link SAVINGS_PERIODS}. */
export type SavingsPeriod = (typeof SAVINGS_PERIODS)[number];

/** What one bar of the chart stands for. */
export type SavingsBucket = 'day' | 'week' | 'month';

/** A period as the report is asked for it. `sinceMs` null = from the first record on. ms since the epoch. */
export interface PeriodRange {
  readonly sinceMs: number | null;
  readonly bucket: SavingsBucket;
}

/** The first moment of the bucket that holds `ms`, in this computer's time zone; weeks begin on Monday. */
export function bucketStart(ms: number, bucket: SavingsBucket): number {
  const date = new Date(ms);
  switch (bucket) {
    case 'day':
      return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    case 'week':
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() - ((date.getDay() + 6) % 7)).getTime();
    case 'month':
      return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
  }
}

/** The first moment of the bucket after the one that begins at `startMs`. */
function nextBucket(startMs: number, bucket: SavingsBucket): number {
  const date = new Date(startMs);
  switch (bucket) {
    case 'day':
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
    case 'week':
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 7).getTime();
    case 'month':
      return new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
  }
}

/** What a period means at a moment. It begins with a whole bucket, so that the first bar is as long as the others. */
export function periodRange(period: SavingsPeriod, nowMs: number): PeriodRange {
  const now = new Date(nowMs);
  switch (period) {
    case 'days30':
      return {
        sinceMs: new Date(now.getFullYear(), now.getMonth(), now.getDate() - 29).getTime(),
        bucket: 'day',
      };
    case 'months6': {
      const before = new Date(now.getFullYear(), now.getMonth() - 6, now.getDate()).getTime();
      return { sinceMs: bucketStart(before, 'week'), bucket: 'week' };
    }
    case 'year':
      return {
        sinceMs: new Date(now.getFullYear(), 0, 1).getTime(),
        bucket: now.getMonth() < 2 ? 'day' : now.getMonth() < 6 ? 'week' : 'month',
      };
    case 'all':
      return { sinceMs: null, bucket: 'month' };
  }
}

/** Bars are too thin to read beyond so many; the newest stay. */
const MOST_BUCKETS = 120;

/** Every bucket from `firstMs` to the one that holds `lastMs`, the empty ones included, by their first moment. */
export function bucketsBetween(firstMs: number, lastMs: number, bucket: SavingsBucket): readonly number[] {
  const starts: number[] = [];
  for (let start = bucketStart(firstMs, bucket); start <= lastMs; start = nextBucket(start, bucket)) starts.push(start);
  return starts.slice(-MOST_BUCKETS);
}
