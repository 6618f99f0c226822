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

/** Writes to stderr; `debug` lines only when asked. */
export function stderrLog(verbose: boolean): Log {
  const write = (level: 'debug' | 'warn', message: string, fields?: Readonly<Record<string, unknown>>): void => {
    process.stderr.write(logLine(Date.now(), level, message, fields));
  };
  return {
    debug: (message, fields) => {
      if (verbose) write('debug', message, fields);
    },
    warn: (message, fields) => {
      write('warn', message, fields);
    },
  };
}
