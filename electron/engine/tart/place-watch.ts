import { existsSync, type FSWatcher, watch as watchFolder } from 'node:fs';
import { basename, dirname } from 'node:path';
import { watch as watchTree } from 'chokidar';

/** How a folder tree is watched. */
export interface PlaceWatchOptions {
  /** Levels below the folder that are watched; 0 = its own entries. */
  readonly depth: number;
  /** Paths that are not watched. */
  readonly ignored: (path: string) => boolean;
  readonly onChange: () => void;
}

/**
 * Watches a folder tree that may not exist yet, may vanish and come again. Until it is there the nearest folder above it
 * is watched (that one alone: it may be the person's home). Ends with `close`.
 */
export class PlaceWatch {
  readonly #place: string;
  readonly #options: PlaceWatchOptions;
  #tree: ReturnType<typeof watchTree> | null = null;
  #above: { readonly folder: string; readonly watcher: FSWatcher } | null = null;
  #closed = false;

  constructor(place: string, options: PlaceWatchOptions) {
    this.#place = place;
    this.#options = options;
    this.#attach();
  }

  /** Ends the watch; nothing is told afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#dropAbove();
    await this.#dropTree();
  }

  /** Brings the watchers in line with what exists. Synchronous, so that two events cannot interleave. */
  #attach(): void {
    if (this.#closed) return;
    if (existsSync(this.#place)) {
      this.#dropAbove();
      this.#watchTree();
    } else {
      void this.#dropTree();
      this.#watchAbove();
    }
  }

  #watchTree(): void {
    if (this.#tree !== null) return;
    const { depth, ignored } = this.#options;
    const tree = watchTree(this.#place, { ignoreInitial: true, followSymlinks: false, depth, ignored });
    this.#tree = tree;
    const changed = (): void => {
      if (this.#closed || this.#tree !== tree) return;
      this.#options.onChange();
      if (!existsSync(this.#place)) this.#attach();
    };
    tree.on('all', changed);
    // What came between the look and the watch is told by `ready`; a folder that vanished is a change like any other.
    tree.on('ready', changed);
    tree.on('error', changed);
  }

  #watchAbove(): void {
    let folder = dirname(this.#place);
    let next = basename(this.#place);
    while (!existsSync(folder) && folder !== dirname(folder)) {
      next = basename(folder);
      folder = dirname(folder);
    }
    if (this.#above?.folder === folder) return;
    this.#dropAbove();
    try {
      const watcher = watchFolder(folder, { persistent: false }, (_event, name) => {
        // The folder itself is named when it goes.
        if (name === null || name === next || name === basename(folder)) this.#noticed();
      });
      watcher.on('error', () => this.#noticed());
      this.#above = { folder, watcher };
    } catch {
      // No more watches to be had, or no permission: the list is still read when asked for.
      return;
    }
    // It may have come between the look and the watch.
    if (existsSync(this.#place)) this.#noticed();
  }

  #noticed(): void {
    if (this.#closed) return;
    const wasThere = this.#tree !== null;
    const { folder } = this.#above ?? {};
    // A removed folder's watch is dead even if the path exists again.
    if (folder !== undefined && !existsSync(folder)) this.#dropAbove();
    this.#attach();
    if (!wasThere && this.#tree !== null) this.#options.onChange();
  }

  #dropAbove(): void {
    this.#above?.watcher.close();
    this.#above = null;
  }

  async #dropTree(): Promise<void> {
    const tree = this.#tree;
    this.#tree = null;
    await tree?.close();
  }
}
