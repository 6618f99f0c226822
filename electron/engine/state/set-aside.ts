import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Damaged databases that are kept for a look; older ones go. */
const KEPT = 3;
const SIDE_FILES = ['-wal', '-shm'] as const;

/**
 * Renames a damaged database to `<file>.damaged-<UTC time>` with its -wal and -shm, so that SQLite's tools can still open
 * the three together. Only for who holds the state folder's lock exclusively and has no connection open: renaming a
 * database that somebody has open damages the next one. Answers the new name, null if there was no database.
 */
export function setAside(file: string, nowMs: number): string | null {
  const aside = freeName(`${file}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`);
  // The database goes first: if we die here, SQLite deletes a -wal that has no database; the other way round a damaged
  // database would be left without the sign of its unclean end.
  const moved = renameIfThere(file, aside);
  for (const suffix of SIDE_FILES) renameIfThere(`${file}${suffix}`, `${aside}${suffix}`);
  forgetOldest(file);
  return moved ? aside : null;
}

function freeName(wanted: string): string {
  const taken = new Set(readdirSync(dirname(wanted)));
  let name = wanted;
  for (let count = 2; taken.has(basename(name)); count += 1) name = `${wanted}-${count}`;
  return name;
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function forgetOldest(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.damaged-`;
  const aside = readdirSync(folder).filter((name) => name.startsWith(prefix) && !/-(?:wal|shm)$/.test(name));
  for (const name of aside.sort().slice(0, -KEPT)) {
    for (const suffix of ['', ...SIDE_FILES]) rmSync(join(folder, `${name}${suffix}`), { force: true });
  }
}
