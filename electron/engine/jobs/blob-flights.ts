/** An upload under way. */
export interface BlobFlight {
  readonly repository: string;
  readonly owner: object;
  /** Whether the blob arrived; false also when its push pauses: nobody waits for a person. */
  readonly arrived: Promise<boolean>;
  settle(arrived: boolean): void;
}

/** Uploads that ended well are remembered up to this many, the newest: about 2 MB. */
const MOST_LANDED = 10_000;

/**
 * Uploads under way of all jobs of an engine, by registry and digest: a second push of the same blob waits for the first
 * and then finds or mounts it. Nobody waits while it holds a flight, so that two pushes never wait for each other.
 */
export class BlobFlights {
  readonly #flights = new Map<string, BlobFlight>();
  /** The repository that a blob was brought to last, by registry and digest; by whom, so that nobody is told of itself. */
  readonly #landed = new Map<string, { readonly repository: string; readonly owner: WeakRef<object> }>();

  /** Another push's upload of this blob to this registry; null if there is none. */
  ofOthers(registry: string, digest: string, owner: object): BlobFlight | null {
    const flight = this.#flights.get(`${registry}@${digest}`);
    return flight === undefined || flight.owner === owner ? null : flight;
  }

  /** The repository that another push brought this blob to a while ago, after others may have looked; null if none did. */
  landedByOthers(registry: string, digest: string, owner: object): string | null {
    const landed = this.#landed.get(`${registry}@${digest}`);
    return landed === undefined || landed.owner.deref() === owner ? null : landed.repository;
  }

  /** Notes an upload; the answer ends it. An upload of the same blob that is noted already stays the one to wait for. */
  begin(registry: string, repository: string, digest: string, owner: object): (arrived: boolean) => void {
    const key = `${registry}@${digest}`;
    if (this.#flights.has(key)) return () => undefined;
    let settle: (arrived: boolean) => void = () => undefined;
    const arrived = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const flight: BlobFlight = { repository, owner, arrived, settle };
    this.#flights.set(key, flight);
    return (outcome) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      if (outcome) this.#land(key, repository, owner);
      settle(outcome);
    };
  }

  #land(key: string, repository: string, owner: object): void {
    this.#landed.delete(key);
    this.#landed.set(key, { repository, owner: new WeakRef(owner) });
    const [oldest] = this.#landed.keys();
    if (this.#landed.size > MOST_LANDED && oldest !== undefined) this.#landed.delete(oldest);
  }

  /** A push pauses: who waits for its uploads sends for itself. */
  release(owner: object): void {
    for (const [key, flight] of this.#flights) {
      if (flight.owner !== owner) continue;
      this.#flights.delete(key);
      flight.settle(false);
    }
  }
}
