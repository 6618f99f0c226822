import type { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../ports.ts';
import { beforeAbort } from '../before-abort.ts';

/** What a limit leaves at least of the usual requests at once. */
const LEAST_SHARE = 1 / 64;
/** Answers without a limit until a half has become a whole again: twice this. */
const STEP = 1 / 64;

interface Pause {
  /** ms since the epoch. */
  untilMs: number;
  readonly error: AppError;
  readonly over: Promise<void>;
  readonly open: () => void;
}

/**
 * How fast one host may be asked, for all clients of an engine: after 429 nobody asks it until its wait is over, and then
 * half as many requests go out at once; each answer lets a little more of them go.
 */
export class HostPace {
  readonly #clock: Clock;
  #share = 1;
  #pause: Pause | null = null;
  #inFlight = 0;
  readonly #queue: (() => void)[] = [];

  /** @param clock the engine's, which no person's impatience shortens */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many of `usual` requests or layers may be under way at once; at least 1. */
  of(usual: number): number {
    return Math.max(1, Math.floor(usual * this.#share));
  }

  /**
   * Waits while the host is paused.
   *
   * @param onPaused told what the wait is for, and until when
   */
  async pass(signal: AbortSignal, onPaused: (error: AppError, atMs: number) => void): Promise<void> {
    while (this.#pause !== null) {
      onPaused(this.#pause.error, this.#pause.untilMs);
      await beforeAbort(this.#pause.over, signal);
    }
  }

  /** Waits for a turn among at most `usual` requests; {@link HostPace.leave} ends it. */
  async enter(usual: number, signal: AbortSignal, onPaused: (error: AppError, atMs: number) => void): Promise<void> {
    await this.pass(signal, onPaused);
    while (this.#share < 1 && this.#inFlight >= this.of(usual)) {
      await beforeAbort(new Promise<void>((resolve) => this.#queue.push(resolve)), signal);
      await this.pass(signal, onPaused);
    }
    this.#inFlight += 1;
  }

  leave(): void {
    this.#inFlight -= 1;
    this.#wake();
  }

  /** The host answered, and not with a limit. */
  answered(): void {
    if (this.#share === 1) return;
    this.#share = Math.min(1, this.#share + STEP);
    this.#wake();
  }

  /**
   * Pauses the host while `wait` runs: the sleep of the request that met the limit, which a person may cut short. Where
   * that request is given up, the others wait until its time all the same.
   */
  async limited(error: AppError, untilMs: number, wait: () => Promise<void>): Promise<void> {
    const pause = this.#pause ?? this.#begin(error, untilMs);
    pause.untilMs = Math.max(pause.untilMs, untilMs);
    try {
      await wait();
      if (untilMs >= pause.untilMs) this.#end(pause);
    } catch (thrown) {
      const left = pause.untilMs - this.#clock.now();
      void this.#clock.sleep(Math.max(0, left)).finally(() => this.#end(pause));
      throw thrown;
    }
  }

  #begin(error: AppError, untilMs: number): Pause {
    let open: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#share = Math.max(LEAST_SHARE, this.#share / 2);
    this.#pause = { untilMs, error, over, open };
    return this.#pause;
  }

  #end(pause: Pause): void {
    if (this.#pause === pause) this.#pause = null;
    pause.open();
  }

  /** All who wait look again: a wait that was given up keeps nobody else from its turn. */
  #wake(): void {
    for (const resolve of this.#queue.splice(0)) resolve();
  }
}
