import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatRate } from '../../../shared/format/bytes.ts';
import type { JobLayer } from '../../../shared/models/job.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useNow } from './use-now.ts';
import { reasonWords } from './weave-words.ts';

interface LiveNoteProps {
  readonly layer: JobLayer;
  readonly onRetryNow: (() => void) | undefined;
}

/** Why a layer is where it is: what is waited for, or why it fails and when it is tried again. */
export function LiveNote({ layer, onRetryNow }: LiveNoteProps): ReactElement | null {
  const { t, i18n } = useTranslation('weave');
  const reason = (): string => reasonWords(t, layer, i18n.language);
  switch (layer.status) {
    case 'retrying':
      return <RetryNote layer={layer} onRetryNow={onRetryNow} />;
    case 'hashing':
      return <>{layer.rate > 0 ? t('note.hashingAt', { rate: formatRate(layer.rate) }) : t('note.hashing')}</>;
    case 'encoding':
    case 'checking':
    case 'committing':
      return <>{t(`note.${layer.status}`)}</>;
    case 'mounting':
      return <>{reason()}</>;
    case 'done':
      return layer.verdict === 'upload' || layer.verdict === null ? null : <>{reason()}</>;
    case 'waiting':
      return layer.verdict === 'present' || layer.verdict === 'duplicate' ? <>{reason()}</> : null;
    case 'failed':
      return layer.retry === null ? null : <RetryNote layer={layer} onRetryNow={undefined} />;
    case 'uploading':
    case 'cancelled':
      return null;
  }
}

/** Reason phrases of the answers that are tried again (RFC 9110, RFC 6585). */
const PHRASES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `Try 3 of 5 in 6 s: 503 Service Unavailable`, counting down; an error without an HTTP status in its own words. */
function RetryNote({ layer, onRetryNow }: LiveNoteProps): ReactElement | null {
  const { t } = useTranslation('weave');
  const errorWords = useErrorWords();
  const now = useNow(1000, layer.retry !== null);
  if (layer.retry === null) return null;
  const { attempt, attempts, atMs, error } = layer.retry;
  const seconds = Math.max(0, Math.ceil((atMs - now) / 1000));
  const { what } = errorWords(error);
  const { status } = error.params;
  const cause = typeof status === 'number' ? `${String(status)} ${PHRASES[status] ?? ''}`.trim() : what;
  if (layer.status === 'failed') return <span title={what}>{cause}</span>;
  return (
    <span className="live-note">
      <span title={what}>
        {seconds > 0
          ? t('note.tryIn', { attempt, attempts, seconds, cause })
          : t('note.tryNow', { attempt, attempts, cause })}
      </span>
      {onRetryNow !== undefined && (
        <button type="button" className="live-note-retry" onClick={onRetryNow}>
          {t('note.retryNow')}
        </button>
      )}
    </span>
  );
}
