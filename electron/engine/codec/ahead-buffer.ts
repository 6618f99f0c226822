/** A part of the memory in use, as offsets in bytes. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * Memory for packed bytes that were made before the network could take them. Copies go in and come free in the same order.
 *
 * Memory: what it is made with.
 */
export class AheadBuffer {
  readonly #memory: Buffer;
  /** The oldest first. From the end of the memory they go on at its start. */
  readonly #parts: Part[] = [];

  /** @param bytes what it can hold */
  constructor(bytes: number) {
    this.#memory = Buffer.allocUnsafeSlow(bytes);
  }

  /** A copy of the bytes; null while there is no room for it in one piece. */
  copy(bytes: Buffer): Buffer | null {
    const start = this.#roomFor(bytes.length);
    if (start === null) return null;
    const end = start + bytes.length;
    this.#parts.push({ start, end });
    const copy = this.#memory.subarray(start, end);
    bytes.copy(copy);
    return copy;
  }

  #roomFor(length: number): number | null {
    const size = this.#memory.length;
    const [oldest] = this.#parts;
    const newest = this.#parts.at(-1);
    if (oldest === undefined || newest === undefined) return length <= size ? 0 : null;
    if (newest.start < oldest.start) return newest.end + length <= oldest.start ? newest.end : null;
    if (newest.end + length <= size) return newest.end;
    return length <= oldest.start ? 0 : null;
  }

  /** The oldest copy is no longer needed. */
  release(): void {
    this.#parts.shift();
  }
}
