/** What decides whether a layer is encoded before it is sent. Bytes a second of packed bytes; null = not known. */
export interface AskFirstFacts {
  /** A target needs the whole length before the first byte. */
  readonly wholeBodies: boolean;
  /** The layer's digest is known. */
  readonly named: boolean;
  readonly linkRate: number | null;
  readonly encoderRate: number | null;
}

/** A link slower than this part of the encoder costs more than encoding twice. */
const SLOW_LINK = 1 / 3;

/**
 * Whether a layer is encoded to nowhere first. Where a host needs its length, always; else only a chunk that nothing but
 * encoding can name, on a link that is slow beside the encoder: the registry may have it, and then nothing is sent. Otherwise
 * it is encoded once, while it is sent.
 */
export function asksFirst({ wholeBodies, named, linkRate, encoderRate }: AskFirstFacts): boolean {
  if (wholeBodies) return true;
  if (named || linkRate === null || encoderRate === null) return false;
  return linkRate < encoderRate * SLOW_LINK;
}
