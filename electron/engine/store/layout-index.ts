import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import type { Clock } from '../ports.ts';
import { writeDurably } from './durable-file.ts';
import { formatImageName, type ImageName, imageNameOf } from './image-name.ts';
import type { StoreLayout } from './store-layout.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** A tool that writes index.json anew may have read it this long ago: skopeo reads it before it copies. */
const RACE_MS = 24 * 60 * 60_000;
/** Stamps of a file that was written within this time of being looked at prove nothing. */
const CLOCK_GRAIN_MS = 20;
/** skopeo writes index.json in place: a reader may see half of it for a moment. */
const HALF_WRITTEN = { looks: 10, ms: 20 } as const;

const entrySchema = z.looseObject({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const indexSchema = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(entrySchema) });
const writtenSchema = z.object({
  /** sha256 of index.json as this app last wrote it. */
  index: z.string(),
  entries: z.array(z.object({ entry: entrySchema, writtenMs: z.number() })),
});

/** One descriptor of index.json; members that this app does not know stay as they are. */
export type LayoutEntry = z.infer<typeof entrySchema>;
type Index = z.infer<typeof indexSchema>;
type Written = z.infer<typeof writtenSchema>;

/** index.json at one moment. */
export interface LayoutSnapshot {
  /** Grows with every change that this process saw. */
  readonly version: number;
  readonly entries: readonly LayoutEntry[];
}

/** An index without images. */
export const EMPTY_INDEX: Index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] };

/** What an entry is called; null = nothing that is a name here. */
export function nameOfEntry(entry: LayoutEntry): ImageName | null {
  const text = entry.annotations?.[REF_NAME];
  return text === undefined ? null : imageNameOf(text);
}

/** The `ref.name` of an entry as it is; null = none. */
export function refNameOf(entry: LayoutEntry): string | null {
  return entry.annotations?.[REF_NAME] ?? null;
}

/** The member of an entry that is called so. */
export function refNameAnnotation(refName: string): Pick<LayoutEntry, 'annotations'> {
  return { annotations: { [REF_NAME]: refName } };
}

/** An entry under a name; other annotations stay. */
export function namedEntry(entry: LayoutEntry, name: ImageName): LayoutEntry {
  return { ...entry, annotations: { ...entry.annotations, [REF_NAME]: formatImageName(name) } };
}

/** Reads the text of an index.json. @throws AppError `store.damaged` */
export function parseIndex(text: string, path: string): Index {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('store.damaged', { path, reason: 'index' }, { cause });
  }
}

function sameName(left: LayoutEntry, right: LayoutEntry): boolean {
  const [first, second] = [nameOfEntry(left), nameOfEntry(right)];
  if (first === null || second === null) return refNameOf(left) === refNameOf(right);
  return formatImageName(first) === formatImageName(second);
}

/**
 * Entries that this app wrote and another tool lost, because it had read index.json before and wrote it after. A tool that
 * only took entries away meant it; one that brought something new and lacks a name written within the last day raced.
 */
export function lostEntries(written: Written, found: readonly LayoutEntry[], nowMs: number): LayoutEntry[] {
  const ours = written.entries.map(({ entry }) => entry);
  const brought = found.some(
    (entry) => !ours.some((other) => other.digest === entry.digest && refNameOf(other) === refNameOf(entry)),
  );
  if (!brought) return [];
  return written.entries
    .filter(({ writtenMs }) => nowMs - writtenMs < RACE_MS)
    .map(({ entry }) => entry)
    .filter((entry) => refNameOf(entry) !== null && !found.some((other) => sameName(entry, other)));
}

/** The index.json of a store: read again whenever its stamps say so, written whole under the store's lock. */
export class LayoutIndex {
  readonly #layout: StoreLayout;
  readonly #clock: Clock;
  #seen: { readonly stamp: string; readonly index: Index; readonly version: number } | null = null;
  #version = 0;

  constructor(layout: StoreLayout, clock: Clock) {
    this.#layout = layout;
    this.#clock = clock;
  }

  /** What index.json says now. @throws AppError `store.damaged` */
  async read(): Promise<LayoutSnapshot> {
    const { index, version } = await this.#load();
    return { version, entries: index.manifests };
  }

  async #load(): Promise<{ readonly index: Index; readonly version: number }> {
    const found = await stat(this.#layout.index, { bigint: true });
    const stamp = `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    if (this.#seen?.stamp === stamp) return this.#seen;
    const { index } = await this.#readWhole();
    this.#version += 1;
    // The system's time, as the stamp is: not the port's, which tests move.
    const settled = Date.now() - Number(found.mtimeMs) > CLOCK_GRAIN_MS;
    this.#seen = { stamp: settled ? stamp : '', index, version: this.#version };
    return this.#seen;
  }

  async #readWhole(): Promise<{ readonly text: string; readonly index: Index }> {
    for (let look = 1; ; look += 1) {
      const text = await readFile(this.#layout.index, 'utf8');
      try {
        return { text, index: parseIndex(text, this.#layout.index) };
      } catch (thrown) {
        if (look === HALF_WRITTEN.looks) throw thrown;
        await this.#clock.sleep(HALF_WRITTEN.ms);
      }
    }
  }

  /** Whether somebody else wrote index.json since this app did. */
  async writtenByOthers(): Promise<boolean> {
    const written = await this.#written();
    return written !== null && written.index !== digestOf((await this.#readWhole()).text);
  }

  /**
   * Changes index.json: what stands there now (with what another tool lost put back) goes through `change`, and the result
   * is written whole. The caller holds the store's lock.
   */
  async change(change: (entries: readonly LayoutEntry[]) => readonly LayoutEntry[]): Promise<void> {
    const { text, index } = await this.#readWhole();
    const written = await this.#written();
    const foreign = written !== null && written.index !== digestOf(text);
    const lost = foreign ? lostEntries(written, index.manifests, this.#clock.now()) : [];
    const manifests = change([...index.manifests, ...lost]);
    if (lost.length === 0 && manifests === index.manifests) return;
    const next = JSON.stringify({ ...index, manifests });
    await writeDurably(this.#layout.index, next);
    await this.#remember(digestOf(next), manifests, written);
    this.#seen = null;
  }

  async #written(): Promise<Written | null> {
    try {
      return writtenSchema.parse(JSON.parse(await readFile(this.#layout.written, 'utf8')));
    } catch {
      // Missing or cut: then nothing is known of what was lost.
      return null;
    }
  }

  async #remember(index: string, manifests: readonly LayoutEntry[], before: Written | null): Promise<void> {
    const now = this.#clock.now();
    const entries = manifests.map((entry) => {
      const known = before?.entries.find(
        (other) => other.entry.digest === entry.digest && refNameOf(other.entry) === refNameOf(entry),
      );
      return { entry, writtenMs: known?.writtenMs ?? now };
    });
    await writeDurably(this.#layout.written, JSON.stringify({ index, entries } satisfies Written));
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
