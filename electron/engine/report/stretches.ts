import type { SavingsBucket, SavingsFilter } from '../../../shared/models/savings.ts';

/** What a day of this computer's calendar brought, in packed bytes. */
export interface DaySums {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly jobs: number;
  readonly present: number;
  readonly mounted: number;
  readonly duplicate: number;
  readonly uploaded: number;
}

/** Days joined to stretches of time, without gaps from the first to the last. Days come in order. */
export function stretchesOf(days: readonly DaySums[], bucket: SavingsFilter['bucket']): SavingsBucket[] {
  const stretches: SavingsBucket[] = [];
  for (const { day, ...sums } of days) {
    const start = startOf(day, bucket);
    let last = stretches.at(-1);
    while (last !== undefined && last.startMs < start.getTime()) {
      last = empty(next(new Date(last.startMs), bucket));
      stretches.push(last);
    }
    if (last === undefined) {
      last = empty(start);
      stretches.push(last);
    }
    for (const member of ['jobs', 'present', 'mounted', 'duplicate', 'uploaded'] as const) last[member] += sums[member];
  }
  return stretches;
}

function empty(start: Date): SavingsBucket {
  return { startMs: start.getTime(), jobs: 0, present: 0, mounted: 0, duplicate: 0, uploaded: 0 };
}

/** First moment of the stretch that a day lies in. */
function startOf(day: string, bucket: SavingsFilter['bucket']): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  switch (bucket) {
    case 'day':
      return new Date(year, month - 1, date);
    case 'week': {
      const sinceMonday = (new Date(year, month - 1, date).getDay() + 6) % 7;
      return new Date(year, month - 1, date - sinceMonday);
    }
    case 'month':
      return new Date(year, month - 1, 1);
  }
}

/** By the calendar: a day with a change of the clock has 23 or 25 hours. */
function next(start: Date, bucket: SavingsFilter['bucket']): Date {
  const [year, month, date] = [start.getFullYear(), start.getMonth(), start.getDate()];
  switch (bucket) {
    case 'day':
      return new Date(year, month, date + 1);
    case 'week':
      return new Date(year, month, date + 7);
    case 'month':
      return new Date(year, month + 1, 1);
  }
}
