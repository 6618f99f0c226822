import { AppError } from '../../../shared/errors/app-error.ts';
import { answerError } from './answer-error.ts';
import type { RegistryClient } from './registry-client.ts';
import { UploadLost, type UploadSession } from './upload-session.ts';

/** Sessions that may be lost before the upload of a small blob is given up. */
const TRIES = 3;

/**
 * Uploads a blob that is in memory (configs): session and one PUT, again with a new session when it is lost. Three
 * tries; one that found out that the host wants another form of upload does not count. A session that is given up is
 * deleted.
 */
export async function putSmallBlob(
  client: RegistryClient,
  repository: string,
  bytes: Uint8Array,
  digest: string,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  for (let lost = 0; ; ) {
    const session = await client.startUpload(repository, options);
    try {
      await putWhole(client, session, bytes, digest, repository, options.signal);
      return;
    } catch (thrown) {
      if (!(thrown instanceof UploadLost) || thrown.mayBeDeleted) await session.abandon();
      if (!(thrown instanceof UploadLost)) throw thrown;
      if (session.mode === client.profile.uploadMode) lost += 1;
      if (lost === TRIES) throw thrown.error;
      await client.requester.pause(Math.max(1, lost), thrown.retryAfter, thrown.error, options.signal);
    }
  }
}

async function putWhole(
  client: RegistryClient,
  session: UploadSession,
  bytes: Uint8Array,
  digest: string,
  repository: string,
  signal: AbortSignal,
): Promise<void> {
  if (bytes.length === 0) {
    await session.commit(digest, () => client.headBlob(repository, digest, { signal }));
    return;
  }
  const piece = { start: 0, length: bytes.length, final: true };
  session.announce(digest, bytes.length);
  const first = await session.requestFor(piece);
  const answer = await client.requester.transport
    .exchange({ ...first, body: bytes, commits: true, signal })
    .catch((thrown: unknown) => {
      throw thrown instanceof AppError && !signal.aborted ? new UploadLost(thrown) : thrown;
    });
  const step = await session.onAnswer(piece, { kind: 'answer', ...answer });
  if (step.do === 'send') throw new UploadLost(answerError(client.host, first.method, first.url, answer));
  await session.commit(digest, () => client.headBlob(repository, digest, { signal }));
}
