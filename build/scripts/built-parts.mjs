import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './set-up.mjs';

/**
 * Newest change below the given files and folders, in ms; tests do not count.
 *
 * @param {readonly string[]} places
 * @returns {number}
 */
function newest(places) {
  let latest = 0;
  for (const place of places) {
    const found = statSync(place, { throwIfNoEntry: false });
    if (found === undefined || /\.test\.tsx?$/.test(place)) continue;
    latest = Math.max(latest, found.mtimeMs);
    if (found.isDirectory()) latest = Math.max(latest, newest(readdirSync(place).map((name) => join(place, name))));
  }
  return latest;
}

/**
 * Runs a part of the build if its inputs changed since it last succeeded.
 *
 * @param {string} name
 * @param {readonly string[]} inputs relative to the checkout
 * @param {() => Promise<void>} work
 */
export async function buildPart(name, inputs, work) {
  const mark = join(root, 'dist', '.built', name);
  const state = String(
    newest([...inputs, 'package-lock.json', 'build/vite', 'build/scripts'].map((path) => join(root, path))),
  );
  try {
    if (readFileSync(mark, 'utf8') === state) return;
  } catch {
    // Never built.
  }
  await work();
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, state);
}
