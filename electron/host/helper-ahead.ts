import type { ForkHelper, HelperProcess } from '../engine/ports.ts';

/**
 * Forks helpers, and starts one before it is wanted: a Node is there after 0.1 s, which a command that is going to lock a
 * VM spends on its own start anyway. Owner calls `close`.
 */
export class HelperAhead {
  readonly #fork: ForkHelper;
  #ready: { readonly file: string; readonly helper: HelperProcess } | null = null;

  constructor(fork: ForkHelper) {
    this.#fork = fork;
  }

  /** Starts a helper that the next `fork` of this file takes, unless one waits for that. */
  start(file: string): void {
    if (this.#ready?.file === file) return;
    this.close();
    const helper = this.#fork(file, []);
    this.#ready = { file, helper };
    helper.onExit(() => {
      if (this.#ready?.helper === helper) this.#ready = null;
    });
  }

  /** The helper that was started ahead, if there is one of this file; else a new one. */
  readonly fork: ForkHelper = (file, args) => {
    const ready = this.#ready;
    if (ready?.file !== file || args.length > 0) return this.#fork(file, args);
    this.#ready = null;
    return ready.helper;
  };

  /** Ends a helper that nobody took. */
  close(): void {
    this.#ready?.helper.kill();
    this.#ready = null;
  }
}
