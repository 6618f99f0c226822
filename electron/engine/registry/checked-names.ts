import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest, isRepositoryName, isTag } from '../../../shared/models/reference.ts';

/** Whether a name may stand in a request's path. @throws AppError `reference.invalid` */
export function checkRepository(repository: string): void {
  if (isRepositoryName(repository)) return;
  throw new AppError('reference.invalid', {
    input: repository,
    position: 0,
    expected: 'repository',
    suggestion: null,
  });
}

/** The same of a blob's name. @throws AppError `reference.invalid`, `manifest.invalid` */
export function checkBlobName(repository: string, digest: string): void {
  checkRepository(repository);
  if (!isDigest(digest)) throw new AppError('manifest.invalid', { reason: 'digest' });
}

/** The same of a manifest's name, a tag or a digest. @throws AppError `reference.invalid` */
export function checkManifestName(repository: string, reference: string): void {
  checkRepository(repository);
  if (!isTag(reference) && !isDigest(reference)) {
    throw new AppError('reference.invalid', { input: reference, position: 0, expected: 'tag', suggestion: null });
  }
}
