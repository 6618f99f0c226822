import { AppError } from '../../../shared/errors/app-error.ts';
import type { PlanReference } from '../../../shared/models/plan.ts';
import { claimedPairs } from '../plan/learn-target-manifests.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { accountName } from '../registry/distribution-client.ts';
import { type CopyDraftTarget, type CopyPlacement, type CopyRow, PRESENT, SENT } from './copy-draft.ts';
import type { CopyRun } from './copy-run.ts';
import { isListTag } from './place-belongings.ts';
import { mergedList } from './read-belongings.ts';

/**
 * Puts the manifests of an image, children first, and moves its tags: last, after every blob is known to be there. A tag
 * that moved since it was looked at is a conflict, not overwritten unless forced. Each is read back.
 *
 * @throws AppError `tag.conflict`, `verify.failed`, `blob.missing`, and what the registry refuses
 */
export async function publishImage(
  run: CopyRun,
  target: CopyDraftTarget,
  { references, rows, belongs }: CopyPlacement,
  signal: AbortSignal,
): Promise<void> {
  const manifests = rows.flatMap((row) => (row.manifest === null ? [] : [{ row, manifest: row.manifest }]));
  const root = manifests.at(-1);
  if (root === undefined) throw new AppError('internal', { message: 'an image without a manifest' });
  for (const { row, manifest } of manifests) {
    // The image's own goes to its tags; without one it is put by its digest.
    if (row === root.row && references.length > 0) break;
    await putByDigest(run, target, row, manifest, signal);
  }
  if (belongs === true) await dropUselessList(run, target, references, root.manifest, signal);
  for (const state of references) {
    if (isListTag(state.tag) && state.previousDigest !== null)
      await addToList(run, target, root.manifest, state, signal);
    else await moveTag(run, target, root.manifest, state, signal);
  }
  if (!target.settled.has(root.row.index)) run.settle(root.row, target, SENT);
  for (const { row, manifest } of manifests) {
    run.progressOf(row).move('done');
    await run.parts.contentIndex.learnManifest(
      target,
      manifest,
      claimedPairs(manifest.bytes),
      accountName(run.parts.clientOf(target.registry)),
    );
  }
  run.changed(root.row);
}

/** A registry that lists referrers itself, which may be known only now that it has them, needs no list under a tag. */
async function dropUselessList(
  run: CopyRun,
  { registry, repository }: CopyDraftTarget,
  references: PlanReference[],
  list: RemoteManifest,
  signal: AbortSignal,
): Promise<void> {
  const isList = references.length === 1 && references.every(({ tag, state }) => isListTag(tag) && state === 'new');
  if (isList && (await run.parts.askReferrers(registry, repository, list.digest, signal))) references.splice(0);
}

/** Tries against others who add to the same list; none of their entries is lost. */
const LIST_TRIES = 3;

async function addToList(
  run: CopyRun,
  { registry, repository }: CopyDraftTarget,
  ours: RemoteManifest,
  state: PlanReference,
  signal: AbortSignal,
): Promise<void> {
  if (state.state === 'same' || state.state === 'written') return;
  const client = run.parts.clientOf(registry);
  for (let attempt = 1; attempt <= LIST_TRIES; attempt += 1) {
    await run.parts.gate.pass(signal);
    run.parts.requests.manifest += 1;
    const there = await client.getManifest(repository, state.tag, { signal });
    const list = there === null ? ours : mergedList(there, ours);
    if (list === null) {
      state.state = attempt === 1 ? 'same' : 'written';
      return;
    }
    run.parts.requests.manifest += 1;
    await client.putManifest(repository, state.tag, list, { signal });
  }
  state.state = 'failed';
  throw new AppError('tag.conflict', { reference: state.reference, digest: null });
}

async function putByDigest(
  run: CopyRun,
  target: CopyDraftTarget,
  row: CopyRow,
  manifest: RemoteManifest,
  signal: AbortSignal,
): Promise<void> {
  if (target.settled.has(row.index)) return;
  const client = run.parts.clientOf(target.registry);
  run.parts.requests.manifest += 1;
  if ((await client.headManifest(target.repository, row.digest, { signal })) !== null) {
    run.settle(row, target, PRESENT);
    return;
  }
  run.parts.requests.manifest += 1;
  await client.putManifest(target.repository, row.digest, manifest, { signal });
  run.settle(row, target, SENT);
}

async function moveTag(
  run: CopyRun,
  { registry, repository }: CopyDraftTarget,
  root: RemoteManifest,
  state: PlanReference,
  signal: AbortSignal,
): Promise<void> {
  if (state.state === 'same' || state.state === 'kept' || state.state === 'written') return;
  const client = run.parts.clientOf(registry);
  const options = { signal };
  await run.parts.gate.pass(signal);
  run.parts.requests.manifest += 3;
  const now = (await client.headManifest(repository, state.tag, options))?.digest ?? null;
  if (now !== state.previousDigest && now !== root.digest && !run.request.force) {
    state.state = 'conflict';
    throw new AppError('tag.conflict', { reference: state.reference, digest: now });
  }
  const put = (): Promise<void> => putTag(run, { registry, repository }, root, state, signal);
  const { insecure } = run.request;
  const moved = { registry, repository, tag: state.tag, before: now, after: root.digest, insecure };
  await run.parts.movedTags.move(client, moved, put, signal);
}

async function putTag(
  run: CopyRun,
  { registry, repository }: Pick<CopyDraftTarget, 'registry' | 'repository'>,
  root: RemoteManifest,
  state: PlanReference,
  signal: AbortSignal,
): Promise<void> {
  const client = run.parts.clientOf(registry);
  const before = state.state;
  state.state = 'failed';
  try {
    await client.putManifest(repository, state.tag, root, { signal });
  } catch (thrown) {
    const missing = thrown instanceof AppError && thrown.code === 'blob.missing';
    if (missing) state.state = before;
    throw missing ? new AppError(thrown.code, { ...thrown.params, repository }) : thrown;
  }
  const written = await client.headManifest(repository, state.tag, { signal });
  if (written?.digest !== root.digest) throw new AppError('verify.failed', { host: client.host, digest: root.digest });
  state.state = 'written';
}
