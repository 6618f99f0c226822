import { AheadBuffer } from './ahead-buffer.ts';
import { ALLOWANCE } from './codec-protocol.ts';

/**
 * Shorter buffers are copied. Node's sockets answer a write below their high-water mark (16 KiB in Node 20, 64 KiB from
 * Node 22) with "go on" although the bytes may still wait; only a longer one is waited for until the kernel has it.
 */
const COPIED_BELOW = 128 * 1024;

/** What the network has not taken yet. */
interface Waiting {
  readonly bytes: Buffer;
  /** The number of the `give` that lent it; null = a copy that is ours. */
  readonly lentAs: number | null;
}

/**
 * Feeds one request body with the packed stream, without copying it. The producer lends a buffer with `give` and learns
 * from `lentAtMost` when it is free again: undici asks for the next one only after the socket has drained. Where it may
 * keep bytes ahead of the network, it copies what it has room for, and nothing of that is lent.
 *
 * Memory: what is lent belongs to the producer; copies of short buffers are bounded by its `lentAtMost` too, others by what
 * `keepAhead` was given.
 */
export class BodyFeed implements AsyncIterable<Buffer> {
  readonly #allow: () => Promise<boolean>;
  readonly #queue: Waiting[] = [];
  #ahead: AheadBuffer | null = null;
  /** How often bytes were given. */
  #given = 0;
  /** Which of these are still lent, the oldest first. */
  #lent: number[] = [];
  #begun = false;
  #ended = false;
  #stopped = false;
  #credit = ALLOWANCE;
  #asking: Promise<void> | null = null;
  #onStop: () => void = () => undefined;
  /** Producer and consumer that wait for a change. */
  #waiting: (() => void)[] = [];
  /** Bytes that the network has taken. */
  taken = 0;
  /** Everything was taken and the body ended. */
  consumed = false;

  /** @param allow asks for the next {@link ALLOWANCE}; false, or a rejection, = the sink is given up */
  constructor(allow: () => Promise<boolean>) {
    this.#allow = allow;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Lends bytes: they must stay as they are until `lentAtMost` says that they are free. */
  give(bytes: Buffer): void {
    if (this.#stopped || bytes.length === 0) return;
    this.#given += 1;
    this.#keep({ bytes: bytes.length < COPIED_BELOW ? Buffer.from(bytes) : bytes, lentAs: this.#given });
    this.#changed();
  }

  /** Copies it where there is room for that. */
  #keep(lent: Waiting & { readonly lentAs: number }): void {
    const copy = this.#ahead?.copy(lent.bytes) ?? null;
    if (copy === null) this.#lent.push(lent.lentAs);
    this.#queue.push(copy === null ? lent : { bytes: copy, lentAs: null });
  }

  /** From now on copies up to `bytes` that the network has not taken, so that the producer can go on; also what waits now. */
  keepAhead(bytes: number): void {
    if (this.#ahead !== null) return;
    this.#ahead = new AheadBuffer(bytes);
    for (const { bytes, lentAs } of this.#queue.splice(0)) {
      // Nothing was copied before: all of it is lent.
      if (lentAs === null) continue;
      this.#lent.splice(this.#lent.indexOf(lentAs), 1);
      this.#keep({ bytes, lentAs });
    }
    this.#changed();
  }

  /** Whether what was lent waits for the network: not for an allowance, nor for its request to begin. */
  get waitsForNetwork(): boolean {
    return this.#begun && this.#lent.length > 0 && this.#credit >= 0 && !this.#stopped;
  }

  /** Waits until no buffers but the `count` that were given last are lent, or the feed has stopped. */
  async lentAtMost(count: number): Promise<void> {
    while ((this.#lent[0] ?? Number.POSITIVE_INFINITY) <= this.#given - count && !this.#stopped) await this.#change();
  }

  /** Says that the stream is complete. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  /** Called when the feed stops: who reads the body may be waiting for its socket, not for bytes. */
  onStop(stopped: () => void): void {
    if (this.#stopped) stopped();
    else this.#onStop = stopped;
  }

  /** Lets the producer go; a body that is still being read fails. After the end of the body it changes nothing. */
  stop(): void {
    if (this.#stopped || this.consumed) return;
    this.#stopped = true;
    this.#queue.length = 0;
    this.#onStop();
    this.#changed();
  }

  async #ask(): Promise<void> {
    const allowed = await this.#allow().catch(() => false);
    this.#asking = null;
    this.#credit += ALLOWANCE;
    if (!allowed) this.stop();
  }

  /** Takes the bytes from the allowance and asks for the next one before this one is used up. */
  async #afford(bytes: number): Promise<void> {
    this.#credit -= bytes;
    if (this.#credit < ALLOWANCE / 2) this.#asking ??= this.#ask();
    while (this.#credit < 0 && !this.#stopped) await (this.#asking ??= this.#ask());
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    this.#begun = true;
    for (;;) {
      if (this.#stopped) throw new Error('the stream was given up');
      const first = this.#queue[0];
      if (first !== undefined) {
        await this.#afford(first.bytes.length);
        // Read anew: it may have stopped while it waited, or have been copied.
        const next = this.#queue.shift();
        if (this.stopped || next === undefined) continue;
        const { bytes, lentAs } = next;
        yield bytes;
        this.taken += bytes.length;
        if (lentAs === null) this.#ahead?.release();
        else this.#lent.splice(this.#lent.indexOf(lentAs), 1);
        this.#changed();
      } else if (this.#ended) {
        this.consumed = true;
        return;
      } else {
        await this.#change();
      }
    }
  }
}
