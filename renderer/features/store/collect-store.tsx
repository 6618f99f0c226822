import { type ReactElement, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Collection } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';
import { showToast } from '../../state/toasts.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorLine } from '../push/error-line.tsx';

/** Says what a collection would free, and frees it when asked to. */
export function CollectStore({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation('store');
  const client = useClient();
  const [preview, setPreview] = useState<Collection | null>(null);
  const [freeing, setFreeing] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    client.call('store.collect', { preview: true }, { signal: ended.signal }).then(setPreview, (thrown: unknown) => {
      if (!ended.signal.aborted) setError(toAppError(thrown).toData());
    });
    return () => {
      ended.abort();
    };
  }, [client]);
  const bytes = preview === null ? 0 : preview.blobs.bytes + preview.leftovers.bytes;
  const something = preview !== null && preview.images.length + preview.blobs.files + preview.leftovers.files > 0;

  function free(): void {
    setFreeing(true);
    client.call('store.collect', { preview: false }).then(
      (freed) => {
        const size = formatBytes(freed.blobs.bytes + freed.leftovers.bytes);
        showToast({ title: t('freed', { bytes: size }), more: t('name'), action: null });
        onClose();
      },
      (thrown: unknown) => {
        setFreeing(false);
        setError(toAppError(thrown).toData());
      },
    );
  }

  return (
    <DialogFrame title={t('collectTitle')} role="alertdialog" onClose={onClose}>
      {preview === null && error === null && (
        <p className="dialog-text" role="status">
          {t('collectLooking')}
        </p>
      )}
      {preview !== null && <Preview found={preview} something={something} />}
      <ErrorLine error={error} />
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t(something ? 'cancel' : 'close')}
        </Button>
        {something && (
          <Button className="button button-danger" isPending={freeing} onPress={free}>
            {freeing ? t('freeing') : t('free', { bytes: formatBytes(bytes) })}
          </Button>
        )}
      </div>
    </DialogFrame>
  );
}

function Preview({ found, something }: { readonly found: Collection; readonly something: boolean }): ReactElement {
  const { t } = useTranslation('store');
  const { images, blobs, leftovers, spared } = found;
  const lines = [
    images.length === 0 ? '' : t('collectManifests', { count: images.length }),
    blobs.files === 0 ? '' : t('collectBlobs', { count: blobs.files, bytes: formatBytes(blobs.bytes) }),
    leftovers.files === 0 ? '' : t('collectLeftovers', { count: leftovers.files, bytes: formatBytes(leftovers.bytes) }),
  ].filter((line) => line !== '');
  return (
    <div className="dialog-text">
      {something ? (
        <ul className="store-list">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : (
        <p>{t('collectNothing')}</p>
      )}
      {images.length > 0 && (
        <ul className="store-list store-going" aria-label={t('collectManifests', { count: images.length })}>
          {images.map(({ repository, digest }) => (
            <li key={`${repository}@${digest}`}>
              <code data-tip={`${repository}@${digest}`}>
                {repository}@{digest.slice(0, 19)}
              </code>
            </li>
          ))}
        </ul>
      )}
      {spared.files > 0 && <p>{t('collectSpared', { count: spared.files, bytes: formatBytes(spared.bytes) })}</p>}
      {something && <p>{t('collectUndo')}</p>}
    </div>
  );
}
