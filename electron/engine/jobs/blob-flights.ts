/** What is sent: its packed digest, or, before that is known, the digest of its raw bytes or the place that they are read from. */
export interface FlightContent {
  readonly digest: string | null;
  readonly rawDigest: string | null;
  /** Names a range of a file in one state of it; null = bytes that nobody else reads. */
  readonly range: string | null;
}

/** A blob that another job brought. Sizes in bytes. */
export interface LandedBlob {
  readonly digest: string;
  readonly size: number;
  /** Of a chunk: what it was made of; null where the sender did not see it. */
  readonly rawDigest: string | null;
  readonly zero: boolean;
}

/** An upload under way. */
export interface BlobFlight {
  readonly repository: string;
  readonly owner: object;
  /** The blob once it arrived; null when it did not, also when its job pauses: nobody waits for a person. */
  readonly landed: Promise<LandedBlob | null>;
}

/** A blob that arrived, and where. */
export interface Landing {
  readonly repository: string;
  readonly blob: LandedBlob;
}

interface OpenFlight extends BlobFlight {
  settle(landed: LandedBlob | null): void;
}

/** Names of blobs that arrived that are remembered, about 200 bytes each; the oldest go. */
const KEPT_LANDINGS = 5000;

/**
 * Uploads under way of all jobs of an engine, by registry and content: a second job with the same blob waits for the first
 * and then finds or mounts it. Nobody waits while it holds a flight, so that two jobs never wait for each other. What arrived
 * since a job made its plan is remembered as well: the plan knows nothing of it.
 */
export class BlobFlights {
  readonly #flights = new Map<string, OpenFlight>();
  readonly #landings = new Map<string, Landing & { readonly owner: WeakRef<object> }>();

  /** Another job's upload of this content to this registry; null if there is none. */
  ofOthers(registry: string, content: FlightContent, owner: object): BlobFlight | null {
    for (const key of keysOf(registry, content)) {
      const flight = this.#flights.get(key);
      if (flight !== undefined && flight.owner !== owner) return flight;
    }
    return null;
  }

  /** Notes an upload; the answer ends it. An upload of the same content that is noted already stays the one to wait for. */
  begin(
    registry: string,
    repository: string,
    content: FlightContent,
    owner: object,
  ): (landed: LandedBlob | null) => void {
    const keys = keysOf(registry, content).filter((key) => !this.#flights.has(key));
    let settle: (landed: LandedBlob | null) => void = () => undefined;
    const landed = new Promise<LandedBlob | null>((resolve) => {
      settle = resolve;
    });
    const flight: OpenFlight = { repository, owner, landed, settle };
    for (const key of keys) this.#flights.set(key, flight);
    return (outcome) => {
      for (const key of keys) if (this.#flights.get(key) === flight) this.#flights.delete(key);
      if (outcome !== null) this.#remember(registry, repository, content, outcome, owner);
      settle(outcome);
    };
  }

  /** Where another job brought this content to in a registry; null if none did. It may be gone since. */
  landed(registry: string, content: FlightContent, owner: object): Landing | null {
    for (const key of keysOf(registry, content)) {
      const landing = this.#landings.get(key);
      if (landing !== undefined && landing.owner.deref() !== owner) return landing;
    }
    return null;
  }

  #remember(registry: string, repository: string, content: FlightContent, blob: LandedBlob, owner: object): void {
    const { digest, rawDigest } = blob;
    for (const key of keysOf(registry, { digest, rawDigest, range: content.range })) {
      this.#landings.delete(key);
      this.#landings.set(key, { repository, blob, owner: new WeakRef(owner) });
    }
    for (const key of this.#landings.keys()) {
      if (this.#landings.size <= KEPT_LANDINGS) break;
      this.#landings.delete(key);
    }
  }

  /** A job pauses: who waits for its uploads sends for itself. */
  release(owner: object): void {
    for (const [key, flight] of this.#flights) {
      if (flight.owner !== owner) continue;
      this.#flights.delete(key);
      flight.settle(null);
    }
  }
}

function keysOf(registry: string, { digest, rawDigest, range }: FlightContent): string[] {
  return [
    ...(digest === null ? [] : [`${registry}@${digest}`]),
    ...(rawDigest === null ? [] : [`${registry} of ${rawDigest}`]),
    ...(range === null ? [] : [`${registry} from ${range}`]),
  ];
}
