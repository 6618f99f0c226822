import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { CredentialList } from '../../../shared/models/sign-in.ts';
import { useClient } from '../../state/client.ts';
import { showToast } from '../../state/toasts.ts';
import { useSourceWords } from './source-words.ts';

/** The sign-ins of a registry, and what can be done with them. */
export interface RegistryCredentials {
  /** Null before they are known. */
  readonly list: CredentialList | null;
  /** Uses one source, or none (`anonymous`), from now on, and asks the registry again. */
  readonly choose: (source: string) => void;
  readonly signOut: () => Promise<void>;
}

/**
 * The sign-ins of a registry, read when it is asked for: a helper or keychain may open a dialog of its own, so nothing is
 * read that nobody looks at.
 *
 * @param host null = nothing is read
 */
export function useCredentials(host: string | null): RegistryCredentials {
  const client = useClient();
  const { t } = useTranslation('signIn');
  const sourceWords = useSourceWords();
  const [list, setList] = useState<CredentialList | null>(null);
  useEffect(() => {
    if (host === null) return;
    const ended = new AbortController();
    const read = (): void => {
      client.call('registries.credentials', { host }, { signal: ended.signal }).then(setList, toAppError);
    };
    read();
    const stop = client.on('registries.changed', (registry) => {
      if (registry.host === host) read();
    });
    return () => {
      ended.abort();
      stop();
    };
  }, [client, host]);

  const choose = useCallback(
    (source: string): void => {
      if (host === null) return;
      // What comes of it stands in the registry.
      void client
        .call('registries.chooseCredentials', { host, source })
        .then(() => client.call('registries.read', { host }))
        .catch(toAppError);
    },
    [client, host],
  );

  async function signOut(): Promise<void> {
    if (host === null) return;
    const { left } = await client.call('registries.signOut', { host });
    const [next] = left;
    const more =
      next === undefined ? t('nothingLeft') : t('left', { source: sourceWords(next.source), account: next.account });
    showToast({ title: t('signedOut', { host }), more, action: null });
    void client.call('registries.read', { host }).catch(toAppError);
  }

  return { list, choose, signOut };
}
