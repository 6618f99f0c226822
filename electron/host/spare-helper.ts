import type { ForkHelper, HelperProcess } from '../engine/ports.ts';

/** A spare that nobody takes for so long ends: it holds 40 MB. */
const IDLE_MS = 120_000;

/**
 * Forks helpers, and has the next one ready when one has ended: who plans pushes next, or plans again, and a process takes a
 * tenth of a second to start. For a host that stays. Owner calls `close`.
 */
export class SpareHelper {
  readonly #fork: ForkHelper;
  #spare: { readonly file: string; readonly helper: HelperProcess; readonly idle: NodeJS.Timeout } | null = null;
  #closed = false;

  constructor(fork: ForkHelper) {
    this.#fork = fork;
  }

  /** The spare helper, if there is one of this file; else a new one. */
  readonly fork: ForkHelper = (file, args) => {
    if (args.length > 0) return this.#fork(file, args);
    const helper = this.#take(file) ?? this.#fork(file, args);
    return {
      get pid() {
        return helper.pid;
      },
      send: (message) => helper.send(message),
      onMessage: (listener) => helper.onMessage(listener),
      onExit: (listener) => {
        helper.onExit((code) => {
          listener(code);
          this.#start(file);
        });
      },
      kill: () => helper.kill(),
    };
  };

  #take(file: string): HelperProcess | null {
    const spare = this.#spare;
    if (spare?.file !== file) return null;
    this.#spare = null;
    clearTimeout(spare.idle);
    return spare.helper;
  }

  #start(file: string): void {
    if (this.#closed || this.#spare !== null) return;
    const helper = this.#fork(file, []);
    const idle = setTimeout(() => helper.kill(), IDLE_MS);
    idle.unref();
    this.#spare = { file, helper, idle };
    helper.onExit(() => {
      if (this.#spare?.helper !== helper) return;
      clearTimeout(idle);
      this.#spare = null;
    });
  }

  /** Ends the spare; what was taken goes on. */
  close(): void {
    this.#closed = true;
    if (this.#spare === null) return;
    clearTimeout(this.#spare.idle);
    this.#spare.helper.kill();
    this.#spare = null;
  }
}
