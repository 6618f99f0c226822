/** Feeds one request body with the packed stream: a producer that waits until what it gave has been taken. */
export class BodyFeed implements AsyncIterable<Buffer> {
  #waiting: Buffer | null = null;
  #ended = false;
  #stopped = false;
  #wake: () => void = () => undefined;
  /** Everything was taken and the body ended. */
  consumed = false;

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Gives bytes (copied: the encoder reuses its output) and waits until they are taken or the sink is gone. */
  async push(bytes: Buffer): Promise<void> {
    if (this.#stopped || bytes.length === 0) return;
    this.#waiting = Buffer.from(bytes);
    this.#wake();
    while (this.#pending() && !this.#isStopped()) await this.#changed();
  }

  #pending(): boolean {
    return this.#waiting !== null;
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Says that the stream is complete. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#wake();
    await Promise.resolve();
  }

  /** Lets the producer go; a body that is still being read fails. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const bytes = this.#waiting;
      if (bytes !== null) {
        yield bytes;
        this.#waiting = null;
        this.#wake();
      } else if (this.#ended) {
        this.consumed = true;
        return;
      } else if (this.#stopped) {
        throw new Error('the stream was given up');
      } else {
        await this.#changed();
      }
    }
  }
}
