import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { TagWay } from '../../../shared/models/tag-edit.ts';
import { type DeleteAnswer, deleteManifest } from '../registry/delete-manifest.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { type AbilityMemory, isSure } from './delete-abilities.ts';
import { placeholderManifest } from './placeholder-manifest.ts';
import { tagNames } from './plan-tag-changes.ts';
import { tagPoints } from './tag-map.ts';
import type { TagWriter } from './tag-writer.ts';
import { deleteByVendor, deleteInOldGitlab } from './vendor-delete.ts';

/** Tags that go from one manifest in one way. */
export interface Taking {
  readonly way: TagWay;
  readonly manifest: RemoteManifest;
  /** Tags that go. */
  readonly going: readonly string[];
  /** Other tags that were agreed to go with them. */
  readonly alsoRemoved: readonly string[];
  /** Other tags that are written again. */
  readonly putBack: readonly string[];
}

/** What taking tags away works with. */
export interface TakingParts {
  readonly writer: TagWriter;
  readonly memory: AbilityMemory;
  /** All tags that were seen before the first write. */
  readonly seen: ReadonlySet<string>;
}

/** What was begun with a manifest gone is ended, whatever the person does: ms that it may take. */
const MEND_MS = 60_000;

/**
 * Takes tags away and reads back. What is deleted by digest is looked at once more right before: one tag more at it than was
 * agreed, and nothing is deleted.
 *
 * @throws AppError `tag.conflict`, `tag.immutable`, `tag.deleteUnsupported`, `verify.failed`, and what the registry refuses
 */
export async function takeTags(parts: TakingParts, taking: Taking, signal: AbortSignal): Promise<void> {
  switch (taking.way) {
    case 'tag':
    case 'harborApi':
    case 'hubApi':
    case 'acrApi':
      for (const tag of taking.going) await takeOne(parts, taking.way, tag, taking.manifest.digest, signal);
      return;
    case 'digest':
    case 'digestAndRestore':
      await takeByDigest(parts, taking, signal);
      return;
    case 'placeholder':
      await tryPlaceholder(parts, signal);
      for (const tag of taking.going) await takeByPlaceholder(parts, tag, taking.manifest, signal);
  }
}

/** The registry does not do what it was believed to: it is remembered, and the next plan offers what is left. */
function unsupported({ writer }: TakingParts, tag: string, error: AppError): AppError {
  const { registryMessage = null } = error.params;
  return new AppError('tag.deleteUnsupported', { host: writer.client.host, tag, registryMessage });
}

async function takeOne(
  parts: TakingParts,
  way: 'tag' | 'harborApi' | 'hubApi' | 'acrApi',
  tag: string,
  digest: string,
  signal: AbortSignal,
): Promise<void> {
  const { writer, memory } = parts;
  const { client, repository } = writer;
  await writer.compare(tag, digest, signal);
  let answer =
    way === 'tag'
      ? await deleteManifest(client.requester, repository, tag, { signal })
      : await deleteByVendor(way, client, { repository, tag, digest }, signal);
  if (way === 'tag' && answer.result === 'unsupported' && memory.isGitlab(client.host)) {
    answer = await deleteInOldGitlab(client, { repository, tag, digest }, signal);
  }
  if (answer.result === 'unsupported') {
    if (way === 'tag' && isSure(answer)) memory.learn(client.host, { tagDelete: 'digest' });
    throw unsupported(parts, tag, answer.error);
  }
  await writer.readBack(tag, null, signal);
}

async function takeByDigest(parts: TakingParts, taking: Taking, signal: AbortSignal): Promise<void> {
  const { writer } = parts;
  const { manifest, going, alsoRemoved, putBack } = taking;
  await checkSharers(parts, taking, signal);
  const answer = await deleteDigest(parts, manifest.digest, signal);
  if (answer.result === 'unsupported') throw unsupported(parts, going[0] ?? '', answer.error);
  // Tags are away that must not be: the person's cancelling does not end this.
  const mending = AbortSignal.timeout(MEND_MS);
  let failed: AppError | null = null;
  for (const tag of putBack) {
    try {
      await writer.put(tag, manifest, mending);
    } catch (thrown) {
      failed ??= toAppError(thrown);
    }
  }
  if (failed !== null) throw failed;
  for (const tag of [...going, ...alsoRemoved]) await writer.readBack(tag, null, mending);
}

/** Looks at every tag that could be at the digest: those that were, and all whose names are new. */
async function checkSharers(parts: TakingParts, taking: Taking, signal: AbortSignal): Promise<void> {
  const { writer, seen } = parts;
  const { client, repository } = writer;
  const { digest } = taking.manifest;
  const agreed = new Set([...taking.going, ...taking.alsoRemoved, ...taking.putBack]);
  const { tags } = await tagNames(client, repository, signal);
  const unseen = tags.filter((name) => !seen.has(name));
  const points = await tagPoints(client, repository, [...agreed, ...unseen], signal);
  for (const tag of taking.going) {
    const now = points.get(tag)?.digest ?? null;
    if (now !== digest) throw writer.conflict(tag, now);
  }
  for (const tag of unseen)
    if (points.get(tag)?.digest === digest && !agreed.has(tag)) throw writer.conflict(tag, digest);
  // One that moved away meanwhile must not be put back where it no longer is.
  for (const tag of taking.putBack) {
    const now = points.get(tag)?.digest ?? null;
    if (now !== digest) throw writer.conflict(tag, now);
  }
}

async function deleteDigest(
  { writer, memory }: TakingParts,
  digest: string,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  const { client, repository } = writer;
  const answer = await deleteManifest(client.requester, repository, digest, { signal });
  if (isSure(answer)) memory.learn(client.host, { digestDelete: answer.result === 'unsupported' ? 'no' : 'yes' });
  return answer;
}

/** Deletes a manifest that no tag has: where that is refused, no tag is touched. */
async function tryPlaceholder(parts: TakingParts, signal: AbortSignal): Promise<void> {
  const { client, repository } = parts.writer;
  const made = placeholderManifest();
  await client.putSmallBlob(repository, made.config.bytes, made.config.digest, { signal });
  await client.putManifest(repository, made.digest, made, { signal });
  const answer = await deleteDigest(parts, made.digest, signal);
  if (answer.result === 'unsupported') throw unsupported(parts, made.digest, answer.error);
}

async function takeByPlaceholder(
  parts: TakingParts,
  tag: string,
  manifest: RemoteManifest,
  signal: AbortSignal,
): Promise<void> {
  const { writer } = parts;
  const { client, repository } = writer;
  const made = placeholderManifest();
  await client.putSmallBlob(repository, made.config.bytes, made.config.digest, { signal });
  await writer.compare(tag, manifest.digest, signal);
  const mending = AbortSignal.timeout(MEND_MS);
  try {
    await writer.put(tag, made, mending);
    const answer = await deleteDigest(parts, made.digest, mending);
    if (answer.result === 'unsupported') throw unsupported(parts, tag, answer.error);
    await writer.readBack(tag, null, mending);
  } catch (thrown) {
    // The tag must not stay at a manifest that says nothing.
    await client.putManifest(repository, tag, manifest, { signal: mending });
    throw thrown;
  }
}
