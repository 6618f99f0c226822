import { TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { Button, CheckboxButton, CheckboxField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { SignedIn } from '../../../shared/models/sign-in.ts';
import { useClient } from '../../state/client.ts';
import { endSignIn, signInRequest } from '../../state/sign-in-request.ts';
import { showToast } from '../../state/toasts.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import './sign-in.css';
import { ErrorLine } from '../push/error-line.tsx';
import { SourceTable } from './source-table.tsx';
import { useSourceWords } from './source-words.ts';
import { useCredentials } from './use-credentials.ts';

/** The sign-in dialog, where somebody asked for it. `insecureHosts` are spoken to over plain http. */
export function SignIn({ insecureHosts }: { readonly insecureHosts: readonly string[] }): ReactElement | null {
  const host = useStore(signInRequest, (state) => state.host);
  if (host === null) return null;
  return <SignInDialog key={host} host={host} plainHttp={insecureHosts.includes(host)} onClose={endSignIn} />;
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

/** Asks for an account, has the registry try it, and shows what other programs of this computer keep for the host. */
function SignInDialog(props: {
  readonly host: string;
  readonly plainHttp: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { host, plainHttp, onClose } = props;
  const { t } = useTranslation('signIn');
  const client = useClient();
  const tellSignedIn = useSignedInToast();
  const id = useId();
  const { list, choose, signOut } = useCredentials(host);
  const [typed, setUsername] = useState<string | null>(null);
  const [secret, setSecret] = useState('');
  const [inFile, setInFile] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  // Most who sign in again are who they were.
  const username = typed ?? list?.sources.find(({ inUse }) => inUse)?.account ?? '';
  const known = typed === null && username !== '';
  const password = useRef<HTMLInputElement>(null);
  // Who they are is known: only the password is asked for.
  useEffect(() => {
    if (known) password.current?.focus();
  }, [known]);
  const ready = username.trim() !== '' && secret !== '' && !asking;

  async function signIn(): Promise<void> {
    setAsking(true);
    setError(null);
    try {
      const store = inFile ? 'file' : 'vault';
      const input = { host, username: username.trim(), secret, insecure: false, store } as const;
      const signedIn = await client.call('registries.signIn', input);
      tellSignedIn(signedIn);
      const { then } = signInRequest.getState();
      onClose();
      then?.();
      // What it lists now stands in its row.
      void client.call('registries.read', { host }).catch(toAppError);
    } catch (thrown) {
      setError(toAppError(thrown).toData());
      setAsking(false);
    }
  }

  return (
    <DialogFrame title={t('title', { host })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void signIn();
        }}
      >
        <div className="form-row">
          <label htmlFor={`${id}-user`}>{t('username')}</label>
          <input
            id={`${id}-user`}
            className="input"
            value={username}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={error !== null}
            onChange={(event) => {
              setUsername(event.target.value);
              setError(null);
            }}
          />
        </div>
        <div className="form-row">
          <label htmlFor={`${id}-secret`}>{t('password')}</label>
          <input
            id={`${id}-secret`}
            ref={password}
            className="input"
            type="password"
            value={secret}
            autoComplete="off"
            aria-invalid={error !== null}
            aria-describedby={`${id}-hint`}
            onChange={(event) => {
              setSecret(event.target.value);
              setError(null);
            }}
          />
        </div>
        <div className="form-inset">
          <p id={`${id}-hint`} className="sign-in-hint">
            {t('passwordHint', { host })}{' '}
            {list !== null && list.keeping !== null && t(`keeping.${inFile ? 'file' : list.keeping}`)}
          </p>
          {plainHttp && (
            <p className="sign-in-hint" data-kind="warning">
              <TriangleAlert size={14} strokeWidth={1.75} aria-hidden="true" />
              {t('plainHttp', { host })}
            </p>
          )}
          {list?.keeping === 'memory' && (
            <CheckboxField isSelected={inFile} onChange={setInFile}>
              <CheckboxButton className="checkbox">
                <span className="checkbox-box" aria-hidden="true" />
                {t('keepInFile')}
              </CheckboxButton>
            </CheckboxField>
          )}
          <ErrorLine error={error} />
        </div>
        {list !== null && list.sources.length > 0 && (
          <SourceTable
            list={list}
            onUse={(source) => {
              choose(source);
              onClose();
            }}
          />
        )}
        <div className="dialog-foot">
          {list?.sources.some(({ own }) => own) === true && (
            <Button
              className="button sign-out"
              onPress={() => {
                void signOut().then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
              }}
            >
              {t('signOut')}
            </Button>
          )}
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={!ready} isPending={asking}>
            {asking ? t('signingIn', { host }) : t('signIn')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
