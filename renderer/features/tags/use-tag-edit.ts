import { useEffect, useRef, useState } from 'react';
import type { ContractClient } from '../../../shared/contract/client.ts';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { PlannedTagChange, TagChange, TagEdit, TagOutcome, TagWay } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';

/** A change as a plan or an edit tells of it. */
export type ToldChange = PlannedTagChange | TagOutcome;

/** What is to be made: changes of a repository, or the undoing of an edit. */
export type EditRequest =
  | { readonly kind: 'apply'; readonly changes: readonly TagChange[] }
  | { readonly kind: 'undo'; readonly id: string };

/** Tags that go from one manifest which the registry deletes by its digest. */
export interface DeletionQuestion {
  readonly digest: string;
  readonly told: readonly ToldChange[];
}

/** How tags go, and which others the person saw to be touched by it. */
export interface DeletionAnswer {
  readonly way: TagWay;
  readonly shown: readonly string[];
}

/** What becomes of each tag that moved since it was seen. */
export type ConflictAnswer = ReadonlyMap<string, 'overwrite' | 'leave'>;

/** Where an edit stands. A question is answered with null to end the edit; nothing was written then. */
export type EditPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'looking' }
  | {
      readonly kind: 'conflicts';
      readonly told: readonly ToldChange[];
      readonly answer: (answer: ConflictAnswer | null) => void;
    }
  | {
      readonly kind: 'deletion';
      readonly question: DeletionQuestion;
      readonly answer: (answer: DeletionAnswer | null) => void;
    }
  | { readonly kind: 'applying' }
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** See {@link useTagEdit}. */
export interface TagEditing {
  readonly phase: EditPhase;
  readonly start: (request: EditRequest) => void;
  readonly stop: () => void;
}

/** An edit is asked for again when something changed in between, but not for ever. */
const MOST_ROUNDS = 6;

/**
 * Makes an edit with the person: it is planned, what has to be decided is asked, and it is made as it was agreed. What
 * changed in between is asked anew.
 *
 * @param onEnd told what became of it, unless the person ended it before anything was written
 */
export function useTagEdit(
  place: { readonly host: string; readonly repository: string },
  onEnd: (edit: TagEdit) => void,
): TagEditing {
  const client = useClient();
  const [phase, setPhase] = useState<EditPhase>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  const ended = useRef(onEnd);
  useEffect(() => {
    ended.current = onEnd;
  });
  useEffect(() => () => running.current?.abort(), []);

  async function run(request: EditRequest, signal: AbortSignal): Promise<void> {
    const edit = new EditCalls(client, place, request, signal);
    setPhase({ kind: 'looking' });
    let told: readonly ToldChange[] = await edit.plan();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const refused = told.find(({ state }) => state === 'refused')?.error;
      if (refused !== undefined && refused !== null) {
        setPhase({ kind: 'failed', error: refused });
        return;
      }
      const changes = await askAll(told, setPhase);
      // Of an undo that has nothing left to do it is written down that it was done.
      if (changes === null || (changes.length === 0 && request.kind === 'apply')) return;
      setPhase({ kind: 'applying' });
      const outcome = await edit.apply(changes);
      if (outcome.state !== 'refused') {
        const error = outcome.changes.find((change) => change.error !== null)?.error ?? null;
        setPhase(error === null ? { kind: 'idle' } : { kind: 'failed', error });
        ended.current(outcome);
        return;
      }
      told = outcome.changes;
    }
  }

  return {
    phase,
    stop: () => {
      running.current?.abort();
      setPhase({ kind: 'idle' });
    },
    start: (request) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      run(request, mine.signal).then(
        () => setPhase((now) => (now.kind === 'failed' ? now : { kind: 'idle' })),
        (thrown: unknown) => {
          if (!mine.signal.aborted) setPhase({ kind: 'failed', error: toAppError(thrown).toData() });
        },
      );
    },
  };
}

/** The requests of an edit: of a set of changes, or of an undo. */
class EditCalls {
  readonly #client: ContractClient;
  readonly #place: { readonly host: string; readonly repository: string; readonly insecure: boolean };
  readonly #request: EditRequest;
  readonly #signal: AbortSignal;

  constructor(
    client: ContractClient,
    place: { readonly host: string; readonly repository: string },
    request: EditRequest,
    signal: AbortSignal,
  ) {
    this.#client = client;
    // What the registry was added with counts.
    this.#place = { host: place.host, repository: place.repository, insecure: false };
    this.#request = request;
    this.#signal = signal;
  }

  async plan(): Promise<readonly ToldChange[]> {
    const request = this.#request;
    const options = { signal: this.#signal };
    const { changes } =
      request.kind === 'undo'
        ? await this.#client.call('tags.undoPlan', { id: request.id }, options)
        : await this.#client.call('tags.plan', { ...this.#place, changes: [...request.changes] }, options);
    return changes;
  }

  async apply(changes: readonly TagChange[]): Promise<TagEdit> {
    const request = this.#request;
    const options = { signal: this.#signal };
    return request.kind === 'undo'
      ? await this.#client.call('tags.undo', { id: request.id, changes: [...changes] }, options)
      : await this.#client.call('tags.apply', { ...this.#place, changes: [...changes] }, options);
  }
}

/** Asks whatever has to be decided. @returns the changes as they were agreed; null = the person ended it */
async function askAll(
  told: readonly ToldChange[],
  show: (phase: EditPhase) => void,
): Promise<readonly TagChange[] | null> {
  const moved = told.filter(({ state }) => state === 'conflict');
  const decided =
    moved.length === 0
      ? new Map<string, 'overwrite' | 'leave'>()
      : await new Promise<ConflictAnswer | null>((answer) => show({ kind: 'conflicts', told: moved, answer }));
  if (decided === null) return null;
  const changes = new Map<string, TagChange>();
  for (const one of told) {
    const choice = decided.get(one.change.tag);
    if (choice !== 'leave') changes.set(one.change.tag, choice === 'overwrite' ? overwriting(one) : one.change);
  }
  for (const question of deletionQuestions(told.filter(({ change }) => changes.has(change.tag)))) {
    const answer = await new Promise<DeletionAnswer | null>((resolve) =>
      show({ kind: 'deletion', question, answer: resolve }),
    );
    if (answer === null) return null;
    for (const { change } of question.told) {
      const agreed = changes.get(change.tag) ?? change;
      changes.set(change.tag, { ...agreed, way: answer.way, shown: [...answer.shown] });
    }
  }
  return [...changes.values()];
}

/** The change from what is there now. */
function overwriting({ change, found, foundTo }: ToldChange): TagChange {
  return { ...change, expected: found, ...(change.kind === 'rename' ? { expectedTo: foundTo } : {}) };
}

/**
 * Removals that delete a manifest or touch other tags, by manifest: those the person has to see. A rename whose new name
 * alone is touched is none.
 */
export function deletionQuestions(told: readonly ToldChange[]): DeletionQuestion[] {
  const groups = new Map<string, ToldChange[]>();
  for (const one of told) {
    const asks = one.state === 'needsWay' || (one.change.kind === 'remove' && one.way === 'digest');
    if (!asks || one.found === null) continue;
    groups.set(one.found, [...(groups.get(one.found) ?? []), one]);
  }
  return [...groups].map(([digest, members]) => ({ digest, told: members }));
}
