/** Blobs that a registry would not mount although their source has them, before it is taken for one that never mounts. */
const ENOUGH = 3;

/**
 * Whether one registry mounts at all: shared by all clients of a host, so that it is asked in vain a few times only. Some
 * answer every mount with an upload session, or refuse it whoever asks.
 */
export class MountFindings {
  readonly #onLearn: (works: boolean) => void;
  readonly #refused = new Set<string>();
  #worked = false;
  #works: boolean;

  /**
   * @param works false = an earlier run found that it never does
   * @param onLearn told of what is worth to be remembered
   */
  constructor(works: boolean, onLearn: (works: boolean) => void) {
    this.#works = works;
    this.#onLearn = onLearn;
  }

  /** False = asking is in vain. */
  get works(): boolean {
    return this.#works;
  }

  /** Whether another refusal would tell something. */
  get undecided(): boolean {
    return this.#works && !this.#worked;
  }

  /** A blob was mounted: it works, whatever is refused from now on. */
  mounted(): void {
    if (this.#worked) return;
    this.#worked = true;
    this.#works = true;
    this.#onLearn(true);
  }

  /** A blob was not mounted, and its source has it. */
  refused(digest: string): void {
    if (!this.undecided) return;
    this.#refused.add(digest);
    if (this.#refused.size < ENOUGH) return;
    this.#works = false;
    this.#onLearn(false);
  }
}
