import type { HostProfile } from './host-profile.ts';

/** Pieces for hosts behind a proxy that lets little through. Bytes. */
const SMALL_PIECE = 1_000_000;
const MOST_SWITCHES = 2;

type Mode = HostProfile['uploadMode'];

/** A form of uploads that a host was found to take; `pieceSize` in bytes where that was found too. */
export type LearnedUpload = Pick<HostProfile, 'uploadMode'> & Partial<Pick<HostProfile, 'pieceSize'>>;

/** What is tried after a mode was refused: the one that most registries take first. */
const NEXT: Readonly<Record<Mode, readonly Mode[]>> = {
  chunks: ['mono', 'stream'],
  mono: ['chunks', 'stream'],
  stream: ['mono', 'chunks'],
};

/** How one host was found to want its uploads: shared by all sessions of a host, so that it is asked in vain once only. */
export class UploadModes {
  /** With the status of the first refusal. */
  readonly #refused = new Map<Mode, number>();
  readonly #onLearn: (upload: LearnedUpload) => void;
  #switches = 0;
  #rangeFaults = 0;
  #learned: LearnedUpload | null;
  #broken = false;

  /**
   * @param known what an earlier run found
   * @param onLearn told of what is worth to be remembered
   */
  constructor(known: LearnedUpload | null, onLearn: (upload: LearnedUpload) => void) {
    this.#learned = known;
    this.#onLearn = onLearn;
  }

  /** What was learned; wins over the table of known hosts. */
  get learned(): Partial<HostProfile> {
    return this.#learned ?? (this.#broken && !this.#refused.has('chunks') ? { uploadMode: 'chunks' } : {});
  }

  /** Notes that a stream broke off: as long as this engine lives, the host gets pieces, which lose less. */
  streamBroke(): void {
    this.#broken = true;
  }

  /** Notes a 416. The first may be a session that lost step; after that the host does not take ranges. */
  rangeRefused(): 'resynchronize' | 'change' {
    this.#rangeFaults += 1;
    return this.#rangeFaults === 1 ? 'resynchronize' : 'change';
  }

  /**
   * Notes that a host refuses a mode.
   *
   * @param status 413 = the body was too long: where no other mode helps, small pieces may
   * @returns false when there is nothing left to try
   */
  refuse(mode: Mode, status: number): boolean {
    // Sessions that ran at the same time meet the same refusal: it is one.
    if (this.#refused.has(mode)) return this.#learned !== null && this.#learned.uploadMode !== mode;
    this.#refused.set(mode, status);
    this.#switches += 1;
    if (this.#switches > MOST_SWITCHES) return false;
    const next = NEXT[mode].find((other) => !this.#refused.has(other));
    // Small pieces are too long for nobody; a host that refused ranges as such does not take them either.
    const tooLong = status === 413 && (this.#refused.get('chunks') ?? 413) === 413;
    if (tooLong && this.#switches === MOST_SWITCHES) {
      this.#learn({ uploadMode: 'chunks', pieceSize: SMALL_PIECE });
      return true;
    }
    if (next === undefined) return false;
    this.#learn({ uploadMode: next });
    return true;
  }

  #learn(upload: LearnedUpload): void {
    this.#learned = upload;
    this.#onLearn(upload);
  }
}
