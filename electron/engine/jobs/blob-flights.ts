/** An upload under way. */
export interface BlobFlight {
  readonly repository: string;
  readonly owner: object;
  /** Whether the blob arrived; false also when its push pauses: nobody waits for a person. */
  readonly arrived: Promise<boolean>;
  settle(arrived: boolean): void;
}

/**
 * Uploads under way of all jobs of an engine, by registry and digest: a second push of the same blob waits for the first
 * and then finds or mounts it. Nobody waits while it holds a flight, so that two pushes never wait for each other.
 */
export class BlobFlights {
  readonly #flights = new Map<string, BlobFlight>();

  /** Another push's upload of this blob to this registry; null if there is none. */
  ofOthers(registry: string, digest: string, owner: object): BlobFlight | null {
    const flight = this.#flights.get(`${registry}@${digest}`);
    return flight === undefined || flight.owner === owner ? null : flight;
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
      settle(outcome);
    };
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
