/**
 * What an error of SQLite means for its owner. Codes are SQLite's primary result codes (sqlite.org/rescode.html):
 * `damaged` CORRUPT 11 and NOTADB 26, `busy` BUSY 5 and LOCKED 6, `full` FULL 13 and IOERR 10 (what a full disk makes of a
 * -shm file that cannot grow), `other` all else (no rights, bad SQL).
 */
export type SqliteFailure = 'damaged' | 'busy' | 'full' | 'other';

/** Classifies whatever a statement threw; what does not come from SQLite is `other`. */
export function sqliteFailure(thrown: unknown): SqliteFailure {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ERR_SQLITE_ERROR') return 'other';
  if (!('errcode' in thrown) || typeof thrown.errcode !== 'number') return failureByWords(thrown.message);
  // Extended codes carry the primary one in their low byte.
  switch (thrown.errcode & 0xff) {
    case 11:
    case 26:
      return 'damaged';
    case 5:
    case 6:
      return 'busy';
    case 10:
    case 13:
      return 'full';
    default:
      return 'other';
  }
}

/** The binding (1.2.1) leaves the code out of what `all()` throws: SQLite's own words for it are left. */
function failureByWords(message: string): SqliteFailure {
  if (/\bmalformed\b|\bnot a database\b/.test(message)) return 'damaged';
  return /\bis locked\b/.test(message) ? 'busy' : 'other';
}
