import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatRate } from '../../../shared/format/bytes.ts';
import type { JobLayer } from '../../../shared/models/job.ts';
import { useRetryWords } from './retry-words.ts';
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

/** Why and when a layer is tried again, and a button for at once. */
function RetryNote({ layer, onRetryNow }: LiveNoteProps): ReactElement | null {
  const { t } = useTranslation('weave');
  const words = useRetryWords(layer.retry);
  if (words === null) return null;
  const { line, cause, what } = words;
  if (layer.status === 'failed') return <span data-tip={what}>{cause}</span>;
  return (
    <span className="live-note">
      <span data-tip={what}>{line}</span>
      {onRetryNow !== undefined && (
        <button type="button" className="live-note-retry" onClick={onRetryNow}>
          {t('note.retryNow')}
        </button>
      )}
    </span>
  );
}
