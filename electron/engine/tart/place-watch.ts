import { type FSWatcher, statSync, watch as watchFolder } from 'node:fs';
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

/** Tells a folder from one that stands in its place later; null where there is none. */
function identityOf(folder: string): string | null {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/**
 * Watches a folder tree that may not exist yet, may vanish and come again. Until it is there the nearest folder above it
 * is watched (that one alone: it may be the person's home). Ends with `close`.
 */
export class PlaceWatch {
  readonly #place: string;
  readonly #options: PlaceWatchOptions;
  #tree: { readonly identity: string; readonly watcher: ReturnType<typeof watchTree> } | null = null;
  #above: { readonly identity: string; readonly watcher: FSWatcher } | null = null;
  #closed = false;

  constructor(place: string, options: PlaceWatchOptions) {
    this.#place = place;
    this.#options = options;
    this.#attach();
  }

  /**
   * Makes sure that the watch is on what stands there now. A folder that is moved or replaced together with the one above
   * it raises no event, so the owner calls this from time to time.
   */
  check(): void {
    const before = this.#tree?.identity;
    this.#attach();
    if (before !== this.#tree?.identity && !this.#closed) this.#options.onChange();
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
    const identity = identityOf(this.#place);
    if (identity !== this.#tree?.identity) void this.#dropTree();
    if (identity === null) {
      this.#watchAbove();
    } else {
      this.#dropAbove();
      this.#watchTree(identity);
    }
  }

  #watchTree(identity: string): void {
    if (this.#tree !== null) return;
    const { depth, ignored, onChange } = this.#options;
    const watcher = watchTree(this.#place, { ignoreInitial: true, followSymlinks: false, depth, ignored });
    this.#tree = { identity, watcher };
    const changed = (): void => {
      if (this.#closed || this.#tree?.watcher !== watcher) return;
      onChange();
      this.#attach();
    };
    watcher.on('all', changed);
    // What came between the look and the watch is told by `ready`; a folder that vanished is a change like any other.
    watcher.on('ready', changed);
    watcher.on('error', changed);
  }

  #watchAbove(): void {
    let folder = dirname(this.#place);
    let next = basename(this.#place);
    let identity = identityOf(folder);
    while (identity === null && folder !== dirname(folder)) {
      next = basename(folder);
      folder = dirname(folder);
      identity = identityOf(folder);
    }
    if (identity === null || this.#above?.identity === identity) return;
    this.#dropAbove();
    try {
      const watcher = watchFolder(folder, { persistent: false }, (_event, name) => {
        // The folder itself is named when it goes.
        if (name === null || name === next || name === basename(folder)) this.check();
      });
      watcher.on('error', () => {
        this.#dropAbove();
      });
      this.#above = { identity, watcher };
    } catch {
      // No more watches to be had, or no permission: `check` still finds it.
      return;
    }
    // It may have come between the look and the watch.
    if (identityOf(this.#place) !== null) this.#attach();
  }

  #dropAbove(): void {
    this.#above?.watcher.close();
    this.#above = null;
  }

  async #dropTree(): Promise<void> {
    const tree = this.#tree;
    this.#tree = null;
    await tree?.watcher.close();
  }
}
