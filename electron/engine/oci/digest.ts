import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';

/** `sha256:<64 hex>` of bytes. */
export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Answers the digest itself if it is a sha256 digest in lower case. @throws AppError `manifest.invalid` */
export function checkedDigest(digest: string): string {
  if (!isDigest(digest)) throw new AppError('manifest.invalid', { reason: 'digest' });
  return digest;
}
