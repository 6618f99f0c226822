import { useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { OfferedWay, TagChange, TagPlan, TagWay } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import type { ImageCargo } from '../drag/cargo.ts';

/** What taking the tags from the source would do. */
export interface RemovalPlan {
  readonly plan: TagPlan | null;
  readonly error: ErrorData | null;
}

/** Removals of all tags that are carried, each only while it names the digest that is copied. */
export function removals({ images }: ImageCargo): TagChange[] {
  return images.flatMap(({ digest, tags }) =>
    tags.map((tag): TagChange => ({ kind: 'remove', tag, digest: null, to: null, expected: digest })),
  );
}

/** Asks what taking the tags from the source would do, while a move is wanted. Writes nothing. */
export function useRemovalPlan(cargo: ImageCargo, wanted: boolean): RemovalPlan {
  const client = useClient();
  const [view, setView] = useState<RemovalPlan>({ plan: null, error: null });
  useEffect(() => {
    const changes = removals(cargo);
    if (!wanted || changes.length === 0) return;
    const ended = new AbortController();
    const { host, repository } = cargo;
    client.call('tags.plan', { host, repository, insecure: false, changes }, { signal: ended.signal }).then(
      (plan) => setView({ plan, error: null }),
      (thrown: unknown) => {
        if (!ended.signal.aborted) setView({ plan: null, error: toAppError(thrown).toData() });
      },
    );
    return () => ended.abort();
  }, [client, cargo, wanted]);
  return view;
}

/** Ways that serve for every tag which needs one to be chosen, with all that they touch together; empty where none needs it. */
export function commonWays({ changes }: TagPlan): readonly OfferedWay[] {
  const open = changes.filter(({ state }) => state === 'needsWay');
  const [first, ...rest] = open;
  if (first === undefined) return [];
  const own = new Set(open.map(({ change }) => change.tag));
  return first.ways.flatMap(({ way }) => {
    const offers = [first, ...rest].map(({ ways }) => ways.find((offer) => offer.way === way));
    const found = offers.flatMap((offer) => offer ?? []);
    if (found.length < offers.length) return [];
    const others = (list: (offer: OfferedWay) => readonly string[]): string[] =>
      [...new Set(found.flatMap(list))].filter((tag) => !own.has(tag));
    return [
      {
        way,
        alsoRemoved: others(({ alsoRemoved }) => alsoRemoved),
        putBack: others(({ putBack }) => putBack),
        requests: found.reduce((sum, { requests }) => sum + requests, 0),
      },
    ];
  });
}

/** The removals as they are to be made: with the way that was chosen, and with what was shown to go along. */
export function chosenRemovals({ changes }: TagPlan, way: TagWay | null): TagChange[] {
  return changes.map(({ change, state, ways }) => {
    const offer = state === 'needsWay' ? ways.find((one) => one.way === way) : undefined;
    if (offer === undefined) return change;
    return { ...change, way: offer.way, shown: [...offer.alsoRemoved, ...offer.putBack] };
  });
}
