/** `FS_IOC_FIEMAP` (linux/fiemap.h): a header of 32 bytes, then 56 bytes an extent. */
export const FIEMAP = 0xc020_660b;
const HEADER_BYTES = 32;
const EXTENT_BYTES = 56;

/** `FIEMAP_FLAG_SYNC`: what is not written out yet gets its place first. */
export const FIEMAP_SYNC = 0x1;

/** Flags of an extent (linux/fiemap.h). */
export const EXTENT = {
  last: 0x1,
  unknown: 0x2,
  delayed: 0x4,
  encoded: 0x8,
  encrypted: 0x80,
  notAligned: 0x100,
  inline: 0x200,
  tail: 0x400,
  unwritten: 0x800,
  shared: 0x2000,
} as const;

/** One extent as the kernel tells it. Bytes; NaN for an address beyond what a number holds. */
export interface Extent {
  readonly offset: number;
  readonly physical: number;
  readonly length: number;
  readonly flags: number;
}

/** A question about a part of a file and its answer: one buffer, used for many calls. */
export class FiemapPage {
  readonly bytes: Buffer;
  readonly #room: number;

  /** @param room extents that one answer can hold */
  constructor(room: number) {
    this.#room = room;
    this.bytes = Buffer.alloc(HEADER_BYTES + room * EXTENT_BYTES);
  }

  /**
   * Sets the question.
   *
   * @param end null = up to the end of the file
   * @param most extents that are wanted at once
   */
  ask(start: number, end: number | null, flags: number, most = this.#room): Buffer {
    this.bytes.fill(0, 0, HEADER_BYTES);
    this.bytes.writeBigUInt64LE(BigInt(start), 0);
    const rest = end === null ? 0xffff_ffff_ffff_ffffn - BigInt(start) : BigInt(end - start);
    this.bytes.writeBigUInt64LE(rest, 8);
    this.bytes.writeUInt32LE(flags, 16);
    this.bytes.writeUInt32LE(Math.min(most, this.#room), 24);
    return this.bytes;
  }

  /** Extents of the answer. */
  get count(): number {
    return Math.min(this.bytes.readUInt32LE(20), this.#room);
  }

  extent(index: number): Extent {
    const at = HEADER_BYTES + index * EXTENT_BYTES;
    return {
      offset: this.#number(at),
      physical: this.#number(at + 8),
      length: this.#number(at + 16),
      flags: this.bytes.readUInt32LE(at + 40),
    };
  }

  /** Two halves in place of a BigInt: maps have up to a hundred thousand extents. */
  #number(at: number): number {
    const value = this.bytes.readUInt32LE(at) + this.bytes.readUInt32LE(at + 4) * 2 ** 32;
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
}
