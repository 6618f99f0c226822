import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

const MODE_MASK = 0o170000;
const LINK = 0o120000;

/**
 * Unpacks a zip file with modes and symbolic links; names that would leave the folder are refused.
 *
 * @param {string} file
 * @param {string} folder
 * @param {(name: string) => string | null} place new name of an entry, or null to leave it out
 */
export async function unpackZip(file, folder, place) {
  const zip = await yauzl.openPromise(file);
  try {
    for await (const entry of zip.eachEntry()) {
      const name = place(entry.fileName);
      if (name === null || name.endsWith('/')) continue;
      const path = normalize(join(folder, name));
      if (!path.startsWith(folder + sep)) throw new Error(`refused: ${entry.fileName}`);
      await mkdir(dirname(path), { recursive: true });
      const mode = entry.externalFileAttributes >>> 16;
      const stream = await zip.openReadStreamPromise(entry);
      if ((mode & MODE_MASK) === LINK) {
        await symlink(await text(stream), path);
      } else {
        await pipeline(stream, createWriteStream(path));
        await chmod(path, mode & 0o777 || 0o644);
      }
    }
  } finally {
    zip.close();
  }
}
