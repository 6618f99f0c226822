import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing; nothing happens where it is there. `mkdir` of Node with `recursive` does
 * not return where a file system answers ENOENT for a name in a folder that exists, as /proc does: it makes the parent again
 * and again, on a thread that nobody can stop. Here each folder is tried twice at most.
 *
 * @param mode of folders that are made
 * @throws the system's error of the folder that could not be made
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (thrown) {
    if (await isFolder(path)) return;
    if (!isMissing(thrown) || dirname(path) === path) throw thrown;
    await makeFolder(dirname(path), mode);
    await mkdir(path, mode).catch(async (again: unknown) => {
      // Somebody else made it meanwhile.
      if (!(await isFolder(path))) throw again;
    });
  }
}

/** {@link makeFolder} for a program that starts: nothing else waits then. */
export function makeFolderSync(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (thrown) {
    if (isFolderSync(path)) return;
    if (!isMissing(thrown) || dirname(path) === path) throw thrown;
    makeFolderSync(dirname(path), mode);
    try {
      mkdirSync(path, mode);
    } catch (again) {
      if (!isFolderSync(path)) throw again;
    }
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isFolderSync(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
