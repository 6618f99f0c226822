import { createStore } from 'zustand/vanilla';
import type { ComparedName } from '../../../shared/models/comparison.ts';

/** What the screen of comparisons shows; a side of null is still to be chosen. */
export interface ComparedPair {
  readonly a: ComparedName | null;
  readonly b: ComparedName | null;
  /** Counts how often something asked for the screen: each time it is shown. */
  readonly asked: number;
  /** Brings back what gave way to the screen, when it is left; null = only the screen before it comes back. */
  readonly back: (() => void) | null;
}

/** The pair that is compared. Asked for from wherever images are shown. */
export const comparedPair = createStore<ComparedPair>(() => ({ a: null, b: null, asked: 0, back: null }));

/** Shows two images beside each other; a side of null stays what it was. */
export function compareImages(a: ComparedName | null, b: ComparedName | null, back: (() => void) | null = null): void {
  const before = comparedPair.getState();
  comparedPair.setState({ a: a ?? before.a, b: b ?? (a === null ? before.b : null), asked: before.asked + 1, back });
}

/** Chooses the sides anew. */
export function chooseCompared(sides: Partial<Pick<ComparedPair, 'a' | 'b'>>): void {
  comparedPair.setState(sides);
}

/** The name of an image of a registry, by its first tag, else by its digest. */
export function imageName(
  registry: string,
  repository: string,
  { digest, tags = [] }: { readonly digest: string; readonly tags?: readonly string[] },
): ComparedName {
  const [tag] = tags;
  const place = `${registry}/${repository}`;
  return { kind: 'image', name: tag === undefined ? `${place}@${digest}` : `${place}:${tag}` };
}
