import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { SavingsFilter } from '../../../shared/models/savings.ts';
import { type CommandContext, call } from '../command-context.ts';
import { savingsText } from '../savings-text.ts';
import { type FormatOptions, formatOf } from './report-format.ts';
import { olderThanOption } from './tags.ts';

/** Options of `tartan report`. */
export interface ReportOptions extends FormatOptions {
  readonly since?: number;
  readonly until?: number;
  readonly registry?: string;
  readonly by: SavingsFilter['bucket'];
}

/** Parses `--since` and `--until`: a day (its beginning, here), `30d` before now, or a moment. Answers ms since the epoch. */
export function momentOption(text: string): number {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day === null) return olderThanOption(text);
  const date = new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
  // A month of 13 would be one of the next year.
  if (date.getMonth() !== Number(day[2]) - 1 || date.getDate() !== Number(day[3]))
    throw new InvalidArgumentError('There is no such day.');
  const ms = date.getTime();
  if (ms < 0) throw new InvalidArgumentError('A day since 1970 is expected.');
  return ms;
}

/** `tartan report`: what deduplication saved, as a table or as a file. */
export async function report(context: CommandContext, options: ReportOptions): Promise<undefined> {
  const filter: SavingsFilter = {
    sinceMs: options.since ?? null,
    untilMs: options.until ?? null,
    registry: options.registry ?? null,
    bucket: options.by,
  };
  const format = formatOf('report', options);
  if (format === 'table') {
    context.terminal.out(savingsText(await call(context, 'report.savings', filter)));
    return;
  }
  const request = { ...filter, format, language: 'en' as const };
  if (options.output === undefined) {
    context.terminal.out((await call(context, 'report.text', request)).trimEnd());
    return;
  }
  const { path } = await call(context, 'report.export', { ...request, path: resolve(options.output) });
  context.terminal.note(`Written to ${path}.`);
}
