import type { CopyDraft, CopyDraftTarget, CopyPlacement, CopyRow } from './copy-draft.ts';

/** One image at one target. */
export interface ReadyImage {
  readonly target: CopyDraftTarget;
  readonly placement: CopyPlacement;
}

/** Knows when all blobs of an image are at a target, however many images wait: each blob is looked at once. */
export class ReadyImages {
  readonly #ready: ReadyImage[] = [];
  /** By index of the row. */
  readonly #waiting = new Map<number, { readonly image: ReadyImage; readonly left: Set<number> }[]>();

  /** @param done images that need no more */
  constructor({ targets }: CopyDraft, done: ReadonlySet<CopyPlacement>) {
    for (const target of targets) {
      for (const placement of target.placements) {
        if (placement.rows.length > 0 && !done.has(placement)) this.#add({ target, placement });
      }
    }
  }

  #add(image: ReadyImage): void {
    const { target, placement } = image;
    const left = new Set(
      placement.rows.flatMap(({ index, manifest }) => (manifest !== null || target.settled.has(index) ? [] : [index])),
    );
    if (left.size === 0) this.#ready.push(image);
    for (const index of left) this.#waiting.set(index, [...(this.#waiting.get(index) ?? []), { image, left }]);
  }

  /** A row is at a target. */
  settled({ index }: CopyRow, target: CopyDraftTarget): void {
    for (const { image, left } of this.#waiting.get(index) ?? []) {
      if (image.target === target && left.delete(index) && left.size === 0) this.#ready.push(image);
    }
  }

  /** The next image whose blobs are all there; null = none for now. Each is given once. */
  take(): ReadyImage | null {
    return this.#ready.shift() ?? null;
  }
}
