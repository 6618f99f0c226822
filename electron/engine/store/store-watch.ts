import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import type { StoreLayout } from './store-layout.ts';

/**
 * Watches a store for what other programs change in it: names (index.json) and blob files, not their content. Two folders
 * are watched and no file, so that a store of many thousand blobs costs no more than a small one.
 *
 * @returns what ends the watch
 */
export function watchStore(layout: StoreLayout, onChange: () => void): () => void {
  const watchers: FSWatcher[] = [];
  const add = (folder: string, counts: (name: string | null) => boolean): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (counts(name)) onChange();
      });
      // A folder that went, or no more watches to be had: what this process changes is told all the same.
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // As above.
    }
  };
  add(layout.root, (name) => name === null || name === basename(layout.index));
  add(layout.blobs, () => true);
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}
