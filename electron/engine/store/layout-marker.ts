import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { StoreLayout } from './store-layout.ts';

const layoutFileSchema = z.object({ imageLayoutVersion: z.string() });
/** What lies in a folder that another process makes a layout of just now, or that a crash left so: the marker comes last. */
const UNFINISHED: readonly string[] = ['.tartan', 'blobs', 'index.json', '.index.json.new', '.oci-layout.new'];

/**
 * Whether a folder is an OCI image layout, or could become one: it is missing or empty.
 *
 * @throws AppError `store.damaged` when something else lies there, or another version of the layout
 */
export async function requireLayout({ root, marker }: StoreLayout): Promise<'layout' | 'nothing'> {
  const version = await layoutVersion(marker);
  if (version !== null && version !== '1.0.0') throw new AppError('store.damaged', { path: marker, reason: 'version' });
  if (version !== null) return 'layout';
  const names = await readdir(root).catch((cause: unknown): string[] => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new AppError('store.damaged', { path: root, reason: 'notLayout' }, { cause });
  });
  const known = names.includes('.tartan') ? UNFINISHED : ['blobs'];
  if (names.some((name) => !known.includes(name)))
    throw new AppError('store.damaged', { path: root, reason: 'notLayout' });
  return 'nothing';
}

/** The version that an `oci-layout` file says; null = there is none. @throws AppError `store.damaged` */
export async function layoutVersion(marker: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(marker, 'utf8');
  } catch {
    return null;
  }
  try {
    return layoutFileSchema.parse(JSON.parse(text)).imageLayoutVersion;
  } catch (cause) {
    throw new AppError('store.damaged', { path: marker, reason: 'version' }, { cause });
  }
}
