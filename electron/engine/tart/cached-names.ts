import { readlink } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isDigest } from '../../../shared/models/reference.ts';

/** `host[:port]` of a cache folder: `%3A` stands before the port, before May 2024 a raw colon did. */
export function hostOfFolder(folder: string): string {
  return folder.replace(/%3a/i, ':');
}

/**
 * The digest that a tag of the cache points to: a link (absolute, as Tart makes it) to a digest folder beside it. Null for
 * a link to anywhere else, which is no tag for Tart either once its home was moved.
 */
export async function digestOfTag(link: string): Promise<string | null> {
  try {
    const folder = dirname(link);
    const target = resolve(folder, await readlink(link));
    return dirname(target) === folder && isDigest(basename(target)) ? basename(target) : null;
  } catch {
    return null;
  }
}
