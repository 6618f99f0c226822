import type { BigIntStats } from 'node:fs';

/** A file in one state of it, on whatever volume. Times in ns since the epoch, as decimal texts. */
export interface FileState {
  readonly inode: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** The state that a look at an open file saw. */
export function fileStateOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { inode: String(ino), size: Number(size), mtimeNs: String(mtimeNs), ctimeNs: String(ctimeNs) };
}

/** Whether two looks on one volume saw the same file, unchanged. */
export function sameState(one: FileState, other: FileState): boolean {
  return (
    one.inode === other.inode &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}
