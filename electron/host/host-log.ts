import type { Log } from '../engine/ports.ts';

/** Writes nothing. */
export const silentLog: Log = { debug: () => undefined, warn: () => undefined };

/** One line for people: time, level, message, fields as JSON. Values that JSON cannot hold are left out. */
export function logLine(
  now: number,
  level: 'debug' | 'warn',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): string {
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? value.message : typeof value === 'bigint' ? String(value) : value,
  ]);
  const tail = plain.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(plain))}`;
  return `${new Date(now).toISOString()} ${level} ${message}${tail}\n`;
}
