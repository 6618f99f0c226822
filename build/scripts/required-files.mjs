import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The built files that given ones need: themselves and every chunk that they require, at once or later.
 *
 * @param {string} folder
 * @param {readonly string[]} names
 * @returns {Promise<readonly string[]>} names in the folder
 */
export async function filesFrom(folder, names) {
  const found = new Set(names);
  for (const name of found) {
    const text = await readFile(join(folder, name), 'utf8');
    for (const [, required] of text.matchAll(/\brequire\("\.\/([^"/]+)"\)/g))
      if (required !== undefined) found.add(required);
  }
  return [...found];
}
