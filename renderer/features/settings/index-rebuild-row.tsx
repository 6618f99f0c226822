import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { IndexRebuild } from '../../../shared/models/index-rebuild.ts';
import { useClient } from '../../state/client.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { SettingsRow } from './settings-page.tsx';

/** Has what is known of images and registries learned anew, and says from what. Leaving the settings ends it. */
export function IndexRebuildRow(): ReactElement {
  const { t } = useTranslation('settings');
  const client = useClient();
  const words = useErrorWords();
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<IndexRebuild | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);

  useEffect(() => () => running.current?.abort(), []);

  function rebuild(): void {
    const ended = new AbortController();
    running.current = ended;
    setBusy(true);
    setFound(null);
    setError(null);
    client
      .call('index.rebuild', { askRegistries: true }, { signal: ended.signal })
      .then(setFound, (thrown: unknown) => {
        if (!ended.signal.aborted) setError(toAppError(thrown).toData());
      })
      .finally(() => setBusy(false));
  }

  return (
    <SettingsRow name={t('index')} note={t('indexNote')}>
      <Button className="button" isDisabled={busy} onPress={rebuild}>
        {t(busy ? 'indexLearning' : 'indexRebuild')}
      </Button>
      {found !== null && (
        <span role="status">
          {t('indexLearned', {
            manifests: found.localManifests + found.remoteManifests,
            layers: found.encodedLayers,
            repositories: found.repositories,
          })}{' '}
          {found.failed.length > 0 && t('indexFailed', { count: found.failed.length })}
        </span>
      )}
      {error !== null && (
        <span className="field-error" role="alert">
          {words(error).whole}
        </span>
      )}
    </SettingsRow>
  );
}
