import { useMemo, useState } from 'react';
import { isTag } from '../../../shared/models/reference.ts';
import type { TagWay } from '../../../shared/models/tag-edit.ts';
import { type ImageCargo, tagsOfCargo } from '../drag/cargo.ts';
import type { CopyStart } from './copy-start.ts';
import type { CopyWish, Existing } from './copy-wish.ts';
import { readPlace } from './place-draft.ts';

/** A copy as far as it was typed and chosen. */
export interface TypedCopy {
  /** Where it goes, as it was typed. */
  readonly text: string;
  readonly reading: ReturnType<typeof readPlace>;
  /** Names at the target that were given here, by those at the source. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Null = nobody was asked yet. */
  readonly existing: Existing | null;
  readonly referrers: boolean;
  readonly moving: boolean;
  /** How tags go from the source where a tag cannot go alone; null = nothing was chosen. */
  readonly way: TagWay | null;
  /** All of it; null while the place or a name does not stand. */
  readonly wish: CopyWish | null;
  /** Another place: what was answered was for the one before. */
  readonly edit: (text: string) => void;
  readonly rename: (tag: string, to: string) => void;
  /** What happens to tags that are there; `names`: those that are called otherwise from now on. */
  readonly decide: (existing: Existing, names: ReadonlyMap<string, string>) => void;
  readonly setReferrers: (referrers: boolean) => void;
  readonly setMoving: (moving: boolean) => void;
  readonly setWay: (way: TagWay) => void;
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Holds what is typed and chosen in the dialog of a copy. */
export function useTypedCopy({ cargo, place: first, moving: begunAsMove }: CopyStart): TypedCopy {
  const [text, setText] = useState(first);
  const [renamed, setRenamed] = useState(NO_NAMES);
  const [existing, setExisting] = useState<Existing | null>(null);
  const [referrers, setReferrers] = useState(false);
  const [moving, setMoving] = useState(begunAsMove);
  const [way, setWay] = useState<TagWay | null>(null);
  const only = onlyTag(cargo);
  const wish = useMemo((): CopyWish | null => {
    const { place, tag } = readPlace(text, only !== null);
    if (place === null) return null;
    const names = only === null || tag === null ? renamed : new Map([[only, tag]]);
    if ([...names.values()].some((name) => !isTag(name))) return null;
    return { cargo, place, names, existing, referrers };
  }, [text, only, renamed, cargo, existing, referrers]);
  return {
    text,
    reading: readPlace(text, only !== null),
    renamed,
    existing,
    referrers,
    moving,
    way,
    wish,
    edit: (next) => {
      setText(next);
      setExisting(null);
      setRenamed(NO_NAMES);
    },
    rename: (tag, to) => setRenamed((before) => new Map(before).set(tag, to)),
    decide: (next, names) => {
      setExisting(next);
      setRenamed(names);
    },
    setReferrers,
    setMoving,
    setWay,
  };
}

/** The only tag that is carried; null where there are several. */
function onlyTag(cargo: ImageCargo): string | null {
  if (cargo.whole) return null;
  const [first, ...rest] = tagsOfCargo(cargo);
  return rest.length === 0 ? (first ?? null) : null;
}
