import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { PlannedTagChange, TagChange, TagEdit, TagOutcome } from '../../../shared/models/tag-edit.ts';
import type { Clock } from '../ports.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { planTagChanges, type TagDraft, type TagPlanParts } from './plan-tag-changes.ts';
import { runInTurns } from './run-in-turns.ts';
import type { TagEntry, TagJournal } from './tag-journal.ts';
import type { TagStep } from './tag-step.ts';
import { TagWriter } from './tag-writer.ts';
import { type Taking, takeTags } from './take-tags.ts';

/** Changes that are made at once. */
const CHANGES_AT_ONCE = 8;
/** Digests that are deleted at once: before each the whole list is read again. */
const DIGESTS_AT_ONCE = 4;

/** What applying works with. */
export interface TagApplyParts extends TagPlanParts {
  readonly journal: TagJournal;
  readonly clock: Clock;
  readonly insecure: boolean;
}

/**
 * Makes a set of changes: looked at once more first, and only if all of it can be made as it was shown; manifests that an
 * undo needs are on this computer's disk before the first request; each tag is compared, written and read back; deletions
 * come last, and only when everything before them was done.
 *
 * @param undoes the edit that these changes undo
 * @throws AppError `reference.invalid`, `input.invalid`, `cancelled`, and what makes a plan impossible; what becomes of a
 *   change is told in its outcome
 */
export async function applyTagChanges(
  parts: TagApplyParts,
  changes: readonly TagChange[],
  undoes: string | null,
  signal: AbortSignal,
): Promise<TagEdit> {
  const draft = await planTagChanges(parts, changes, signal);
  const { plan } = draft;
  if (plan.changes.some(({ state }) => state !== 'ready' && state !== 'same')) {
    return editOf(draft, null, plan.changes.map(refusedOutcome), parts.nowMs());
  }
  if (plan.changes.every(({ state }) => state === 'same')) {
    return editOf(
      draft,
      null,
      plan.changes.map((planned) => outcomeOf(planned, 'same')),
      parts.nowMs(),
    );
  }
  return await new TagRun(parts, draft, undoes).run(signal);
}

function outcomeOf(planned: PlannedTagChange, state: TagOutcome['state']): TagOutcome {
  return { ...planned, state, alsoRemoved: [], putBack: [] };
}

function refusedOutcome(planned: PlannedTagChange): TagOutcome {
  return outcomeOf(planned, planned.state === 'ready' ? 'notTried' : planned.state);
}

function editOf(draft: TagDraft, id: string | null, changes: readonly TagOutcome[], atMs: number): TagEdit {
  const { host, repository } = draft.plan;
  const done = changes.filter(({ state }) => state === 'done');
  const good = changes.every(({ state }) => state === 'done' || state === 'same');
  const state = good ? 'done' : id === null ? 'refused' : done.length > 0 ? 'partly' : 'failed';
  return { id, host, repository, atMs, state, changes: [...changes] };
}

/** A change with all that was planned of it. */
interface Work {
  readonly step: TagStep;
  readonly planned: PlannedTagChange;
  outcome: TagOutcome;
}

class TagRun {
  readonly #parts: TagApplyParts;
  readonly #draft: TagDraft;
  readonly #undoes: string | null;
  readonly #writer: TagWriter;
  readonly #works: readonly Work[];
  /** Every tag that may be touched, and what it points at as far as this run knows. */
  readonly #before = new Map<string, string | null>();
  readonly #after = new Map<string, string | null>();
  /** Of the manifests that are kept, by digest. */
  readonly #mediaTypes = new Map<string, string>();
  /** All tags that were seen before the first write. */
  readonly #seen: ReadonlySet<string>;

  constructor(parts: TagApplyParts, draft: TagDraft, undoes: string | null) {
    this.#parts = parts;
    this.#draft = draft;
    this.#undoes = undoes;
    this.#seen = new Set(draft.points.keys());
    this.#writer = new TagWriter(parts.client, parts.repository, parts.clock);
    this.#works = draft.steps.flatMap((step, at) => {
      const planned = draft.plan.changes[at];
      if (planned === undefined) return [];
      return [{ step, planned, outcome: outcomeOf(planned, planned.state === 'same' ? 'same' : 'notTried') }];
    });
  }

  async run(signal: AbortSignal): Promise<TagEdit> {
    const ready = this.#works.filter(({ planned }) => planned.state === 'ready');
    this.#noteTouched(ready);
    await this.#keepManifests(ready, signal);
    const entry = await this.#begin();
    let ended: unknown = null;
    try {
      await this.#put(ready, signal);
      await this.#take(ready, signal);
    } catch (thrown) {
      ended = thrown;
    }
    const edit = editOf(
      this.#draft,
      entry.id,
      this.#works.map(({ outcome }) => outcome),
      entry.atMs,
    );
    await this.#end(entry, edit);
    if (signal.aborted) throw new AppError('cancelled', {}, { cause: ended });
    return edit;
  }

  /** What the journal says of tags: how they are, and how they are meant to be. */
  #noteTouched(ready: readonly Work[]): void {
    for (const { step, planned } of ready) {
      const { put, take } = step;
      if (take !== null) this.#meant(take.tag, null);
      if (put !== null) this.#meant(put.tag, planned.becomes);
      const way = planned.ways.find((offered) => offered.way === planned.way);
      for (const tag of way?.alsoRemoved ?? []) this.#meant(tag, null);
      for (const tag of way?.putBack ?? []) {
        const stays = this.#draft.points.get(tag)?.digest ?? null;
        if (!this.#after.has(tag)) this.#meant(tag, stays);
      }
    }
  }

  #meant(tag: string, after: string | null): void {
    this.#before.set(tag, this.#draft.points.get(tag)?.digest ?? null);
    this.#after.set(tag, after);
  }

  /** Puts every manifest that a step needs, or that undoing it would, on this computer's disk; none stays in memory. */
  async #keepManifests(ready: readonly Work[], signal: AbortSignal): Promise<void> {
    const { manifests, journal, client, repository } = this.#parts;
    const digests = [...this.#before.values(), ...ready.map(({ planned }) => planned.becomes)];
    const wanted = [...new Set(digests)].filter((digest) => digest !== null);
    await runInTurns(wanted, CHANGES_AT_ONCE, async (digest) => {
      const manifest = await manifests.find(digest, signal);
      if (manifest === null) {
        throw new AppError('manifest.notFound', { host: client.host, reference: `${repository}@${digest}` });
      }
      await journal.keep(manifest);
      this.#mediaTypes.set(digest, manifest.mediaType);
    });
  }

  async #manifest(digest: string): Promise<RemoteManifest> {
    const kept = await this.#parts.journal.kept(digest, this.#mediaTypes.get(digest) ?? '');
    if (kept !== null) return kept;
    // It was written a moment ago.
    throw new AppError('file.unreadable', { path: digest, reason: 'ENOENT' });
  }

  async #begin(): Promise<TagEntry> {
    const { journal, client, repository, insecure } = this.#parts;
    return await journal.begin({
      host: client.host,
      repository,
      undoes: this.#undoes,
      insecure,
      tags: this.#tags(),
      manifests: Object.fromEntries(this.#mediaTypes),
    });
  }

  #tags(): TagEntry['tags'] {
    return [...this.#before].map(([tag, before]) => ({ tag, before, after: this.#after.get(tag) ?? null }));
  }

  async #put(ready: readonly Work[], signal: AbortSignal): Promise<void> {
    await runInTurns(ready, CHANGES_AT_ONCE, async (work) => {
      const { put } = work.step;
      const { becomes } = work.planned;
      if (put === null || becomes === null) return;
      await this.#attempt([work], async () => {
        const before = this.#before.get(put.tag) ?? null;
        await this.#writer.compare(put.tag, before, signal);
        if (before !== becomes) await this.#writer.put(put.tag, await this.#manifest(becomes), signal);
      });
      // A rename is done when its old name is gone.
      if (work.step.take === null) this.#done(work);
    });
  }

  async #take(ready: readonly Work[], signal: AbortSignal): Promise<void> {
    const groups = new Map<string, Work[]>();
    for (const work of ready) {
      const { way, found } = work.planned;
      if (work.step.take === null || way === null || found === null) continue;
      const key = `${way} ${found}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [work]);
      else group.push(work);
    }
    const all = [...groups.values()];
    // A manifest goes after tags of it that were moved to a placeholder: they are not at it any more.
    await runInTurns(
      all.filter((works) => !isByDigest(works)),
      CHANGES_AT_ONCE,
      (works) => this.#takeGroup(works, signal),
    );
    await runInTurns(all.filter(isByDigest), DIGESTS_AT_ONCE, (works) => this.#takeGroup(works, signal));
  }

  async #takeGroup(works: readonly Work[], signal: AbortSignal): Promise<void> {
    const [first] = works;
    const way = first?.planned.ways.find((offered) => offered.way === first.planned.way);
    const digest = first?.planned.found;
    if (way === undefined || digest === undefined || digest === null) return;
    const parts = { writer: this.#writer, memory: this.#parts.memory, seen: this.#seen };
    await this.#attempt(works, async () => {
      const taking: Taking = {
        way: way.way,
        manifest: await this.#manifest(digest),
        going: works.flatMap(({ step }) => (step.take === null ? [] : [step.take.tag])),
        alsoRemoved: way.alsoRemoved,
        putBack: way.putBack,
      };
      await takeTags(parts, taking, signal);
    });
    for (const work of works) this.#done(work);
  }

  #done(work: Work): void {
    const { planned, step } = work;
    const way = planned.ways.find((offered) => offered.way === planned.way);
    const { alsoRemoved = [], putBack = [] } = step.take === null ? {} : (way ?? {});
    work.outcome = { ...work.outcome, state: 'done', alsoRemoved, putBack };
  }

  /** Runs the requests of some changes; their failure is theirs, and ends the run. */
  async #attempt(works: readonly Work[], requests: () => Promise<void>): Promise<void> {
    try {
      await requests();
    } catch (thrown) {
      const error = toAppError(thrown);
      const state = error.code === 'tag.conflict' ? 'conflict' : 'failed';
      for (const work of works) work.outcome = { ...work.outcome, state, error: error.toData() };
      throw error;
    }
  }

  /** Writes down what the tags are now: of a run that did not end well they are asked. */
  async #end(entry: TagEntry, edit: TagEdit): Promise<void> {
    const { journal } = this.#parts;
    if (edit.state === 'done') {
      await journal.end({ ...entry, state: 'done' });
      return;
    }
    const tags = [...entry.tags];
    try {
      // The person may have cancelled: what was changed is to be known all the same.
      const soon = AbortSignal.timeout(30_000);
      await runInTurns([...tags.entries()], CHANGES_AT_ONCE, async ([at, known]) => {
        tags[at] = { ...known, after: await this.#writer.look(known.tag, soon) };
      });
    } catch {
      // The registry does not answer: the entry stays open, and an undo looks again.
      await journal.end({ ...entry, state: 'open' });
      return;
    }
    await journal.end({ ...entry, tags, state: edit.state === 'partly' ? 'partly' : 'failed' });
  }
}

function isByDigest([first]: readonly Work[]): boolean {
  return first?.planned.way === 'digest' || first?.planned.way === 'digestAndRestore';
}
