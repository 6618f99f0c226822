import { extname } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type ReportFormat, reportFormatSchema } from '../../../shared/models/report.ts';
import type { CommonOptions } from '../command-context.ts';

/** Options of commands that print a table, or write it and its pictures into a file. */
export interface FormatOptions extends CommonOptions {
  readonly format?: 'table' | ReportFormat;
  readonly output?: string;
}

/** The form that is asked for; without `--format` the name of the file tells. @throws AppError `input.invalid` */
export function formatOf(method: string, { json, format, output }: FormatOptions): 'table' | ReportFormat {
  const named = output === undefined ? undefined : reportFormatSchema.safeParse(extname(output).slice(1)).data;
  const chosen = format ?? (json === true ? 'json' : (named ?? 'table'));
  if (chosen === 'table' && output !== undefined)
    throw new AppError('input.invalid', { method, field: 'format', problem: 'A file is csv, json or html.' });
  return chosen;
}
