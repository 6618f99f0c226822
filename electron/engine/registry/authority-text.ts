import { X509Certificate } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of a PEM text and nothing else of it: a private key that stands in the same file is not kept.
 *
 * @throws AppError `certificate.invalid` where there is none, or one that cannot be read
 */
export function authorityText(text: string): string {
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new AppError('certificate.invalid', { reason: 'none' });
  for (const pem of certificates) {
    try {
      new X509Certificate(pem);
    } catch (cause) {
      throw new AppError('certificate.invalid', { reason: 'unreadable' }, { cause });
    }
  }
  return `${certificates.join('\n')}\n`;
}
