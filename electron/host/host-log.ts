import type { Log } from '../engine/ports.ts';
import { redact } from './redact.ts';

/** Writes nothing. */
export const silentLog: Log = { debug: () => undefined, warn: () => undefined };

/**
 * One line for people: time, level, message, fields as JSON, without secrets and without line breaks of their own. Values
 * that JSON cannot hold are left out.
 *
 * @param now ms since the epoch
 */
export function logLine(
  now: number,
  level: 'debug' | 'warn',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): string {
  const plain = redact(fields);
  const tail = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(plain)}`;
  return `${new Date(now).toISOString()} ${level} ${String(redact(message)).replace(/\s+/g, ' ')}${tail}\n`;
}
