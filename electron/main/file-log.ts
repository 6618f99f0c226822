import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolderSync } from '../engine/make-folder.ts';
import type { Log } from '../engine/ports.ts';
import { logLine } from '../host/host-log.ts';

const FILE_LIMIT = 2 * 1024 * 1024;
const KEPT = 3;

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Writes to `file`; at 2 MiB it becomes `file.1` and so on, three are kept. Written at once, so that the line before a crash
 * is there. A log that cannot be written never stops the app.
 */
export function createFileLog(file: string, options: { readonly debug: boolean; readonly limit?: number }): Log {
  const limit = options.limit ?? FILE_LIMIT;
  let size: number | null = null;

  function rotate(): void {
    for (let number = KEPT - 1; number >= 1; number--) {
      const older = number === 1 ? file : `${file}.${number - 1}`;
      if (statSync(older, { throwIfNoEntry: false }) !== undefined) renameSync(older, `${file}.${number}`);
    }
    size = 0;
  }

  function write(level: 'debug' | 'warn', message: string, fields?: Readonly<Record<string, unknown>>): void {
    try {
      const line = logLine(Date.now(), level, message, fields);
      if (size === null) {
        makeFolderSync(dirname(file));
        size = sizeOf(file);
      }
      if (size > 0 && size + line.length > limit) rotate();
      appendFileSync(file, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch {
      size = null;
    }
  }

  return {
    debug(message, fields) {
      if (options.debug) write('debug', message, fields);
    },
    warn(message, fields) {
      write('warn', message, fields);
    },
  };
}
