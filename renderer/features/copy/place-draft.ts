import { parseReference } from '../../../shared/models/reference.ts';
import { readTarget, type TargetProblem } from '../push/target-draft.ts';
import type { CopyPlace } from './copy-wish.ts';

/** What a field with a place stands for. */
export interface PlaceReading {
  /** Null while it does not stand. */
  readonly place: CopyPlace | null;
  /** The tag that was written behind it. */
  readonly tag: string | null;
  readonly problem: TargetProblem | { readonly kind: 'oneName' } | { readonly kind: 'noFolder' } | null;
}

/** Reads `host/repository` or, where one tag is copied, `host/repository:tag`. */
export function readPlace(text: string, oneTag: boolean): PlaceReading {
  const typed = text.trim();
  if (typed.startsWith('oci:')) return { place: null, tag: null, problem: { kind: 'noFolder' } };
  const { problem } = readTarget({ id: 0, name: null, tags: [], text: typed });
  const lacksTag = problem?.kind === 'missing' && problem.part === 'tag';
  if (problem !== null && !lacksTag) return { place: null, tag: null, problem };
  const { registry: host, repository, tag } = parseReference(typed);
  if (tag !== null && !oneTag) return { place: null, tag: null, problem: { kind: 'oneName' } };
  return { place: { host, repository }, tag, problem: null };
}
