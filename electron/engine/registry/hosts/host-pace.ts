import type { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../ports.ts';
import { beforeAbort } from '../before-abort.ts';
import { StrainGauge } from './strain-gauge.ts';

/** What a limit leaves at least of the usual requests at once. */
const LEAST_SHARE = 1 / 64;
/** Answers without a limit until a half has become a whole again: twice this. */
const STEP = 1 / 64;

/** What is left where a host shows strain: less than a limit takes, which the host asks for itself. */
const STRAINED = 3 / 4;
/** Answers until strain may cost once more: what was begun before shows what the last time did. */
const STRAIN_EVERY = 8;

interface Pause {
  /** ms since the epoch. */
  untilMs: number;
  readonly error: AppError;
  readonly over: Promise<void>;
  readonly open: () => void;
}

/**
 * How fast one host may be asked, for all clients of an engine: after 429 nobody asks it until its wait is over, and then
 * half as many requests and layers go out at once. A quarter fewer go where it shows strain: an answer of a gateway or of an
 * overloaded server, or small answers that take several times as long as usual. Each answer lets a little more of them go.
 */
export class HostPace {
  readonly #clock: Clock;
  #share = 1;
  /** By kind of request: they differ in what is usual. */
  readonly #gauges = new Map<string, StrainGauge>();
  /** ms of the quickest small answer so far; null = there was none. */
  quickestMs: number | null = null;
  #untilStrain = 0;
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

  /**
   * The host answered, and not with a limit.
   *
   * @param small kind of request and ms, where the time tells of the host and not of the bytes; null = it does not
   */
  answered(small: { readonly kind: string; readonly ms: number } | null = null): void {
    this.#untilStrain = Math.max(0, this.#untilStrain - 1);
    if (small !== null) {
      this.quickestMs = Math.min(this.quickestMs ?? small.ms, small.ms);
      const gauge = this.#gauges.get(small.kind) ?? new StrainGauge();
      this.#gauges.set(small.kind, gauge);
      gauge.add(small.ms);
      if (gauge.strained) {
        this.strained();
        return;
      }
    }
    if (this.#share === 1) return;
    this.#share = Math.min(1, this.#share + STEP);
    this.#wake();
  }

  /** The host cannot keep up. */
  strained(): void {
    if (this.#untilStrain > 0) return;
    this.#untilStrain = STRAIN_EVERY;
    this.#share = Math.max(LEAST_SHARE, this.#share * STRAINED);
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
