import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { SignedIn } from '../../../shared/models/sign-in.ts';
import { useClient } from '../../state/client.ts';
import { signInRequest } from '../../state/sign-in-request.ts';
import { showToast } from '../../state/toasts.ts';
import { useSourceWords } from './source-words.ts';
import { useCredentials } from './use-credentials.ts';

/** Signing in at a host, as far as it was typed. */
export interface SignInDraft {
  readonly username: string;
  readonly setUsername: (username: string) => void;
  /** The name is the one that is in use; nobody typed it. */
  readonly known: boolean;
  readonly secret: string;
  readonly setSecret: (secret: string) => void;
  /** Kept in a file, where the computer keeps nothing better. */
  readonly inFile: boolean;
  readonly setInFile: (inFile: boolean) => void;
  /** The registry is being asked. */
  readonly asking: boolean;
  /** Both are there, and nobody is being asked. */
  readonly ready: boolean;
  /** What was refused last; goes when something else is typed. */
  readonly error: ErrorData | null;
  readonly signIn: () => void;
  readonly signOut: () => void;
  readonly credentials: ReturnType<typeof useCredentials>;
}

/** Tells that somebody is signed in, and what else there is to know. */
function useSignedInToast(): (signedIn: SignedIn) => void {
  const { t } = useTranslation('signIn');
  const sourceWords = useSourceWords();
  return ({ host, account, source, asked, realm, overruledBy }) => {
    const more =
      overruledBy !== null
        ? t('overruled', { source: sourceWords(overruledBy) })
        : !asked
          ? t('notAsked')
          : realm !== null
            ? t('realm', { realm })
            : t('keptBy', { source: sourceWords(source) });
    showToast({ title: t('signedIn', { host, account }), more, action: null });
  };
}

/** Signs in at a host, which tries the account, or out of it. `onDone`: either was done. */
export function useSignIn(host: string, onDone: () => void): SignInDraft {
  const client = useClient();
  const tellSignedIn = useSignedInToast();
  const credentials = useCredentials(host);
  const [typed, setUsername] = useState<string | null>(null);
  const [secret, setSecret] = useState('');
  const [inFile, setInFile] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const refuse = (thrown: unknown): void => setError(toAppError(thrown).toData());
  // Most who sign in again are who they were.
  const username = typed ?? credentials.list?.sources.find(({ inUse }) => inUse)?.account ?? '';
  const ready = username.trim() !== '' && secret !== '' && !asking;

  async function signIn(): Promise<void> {
    if (!ready) return;
    setAsking(true);
    setError(null);
    try {
      const store = inFile ? 'file' : 'vault';
      const input = { host, username: username.trim(), secret, insecure: false, store } as const;
      const signedIn = await client.call('registries.signIn', input);
      tellSignedIn(signedIn);
      const { then } = signInRequest.getState();
      onDone();
      then?.();
      // What it lists now stands in its row.
      void client.call('registries.read', { host }).catch(toAppError);
    } catch (thrown) {
      refuse(thrown);
      setAsking(false);
    }
  }

  return {
    username,
    setUsername: (next) => {
      setUsername(next);
      setError(null);
    },
    known: typed === null && username !== '',
    secret,
    setSecret: (next) => {
      setSecret(next);
      setError(null);
    },
    inFile,
    setInFile,
    asking,
    ready,
    error,
    signIn: () => void signIn(),
    signOut: () => void credentials.signOut().then(onDone, refuse),
    credentials,
  };
}
