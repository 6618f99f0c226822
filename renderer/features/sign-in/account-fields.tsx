import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignInDraft } from './use-sign-in.ts';

/** See {@link AccountFields}. */
export interface AccountFieldsProps {
  /** Begins the ids of the fields; `id`-hint describes the password. */
  readonly id: string;
  readonly draft: SignInDraft;
}

/** Name and password. Where it is known who they are, only the password is asked for. */
export function AccountFields({ id, draft }: AccountFieldsProps): ReactElement {
  const { t } = useTranslation('signIn');
  const { username, known, secret, error } = draft;
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Once the dialog keeps the focus: a sheet under it would take it back before.
    const frame = requestAnimationFrame(() => (known ? password : user).current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [known]);
  return (
    <>
      <div className="form-row">
        <label htmlFor={`${id}-user`}>{t('username')}</label>
        <input
          id={`${id}-user`}
          ref={user}
          className="input"
          value={username}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error !== null}
          onChange={(event) => draft.setUsername(event.target.value)}
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
          onChange={(event) => draft.setSecret(event.target.value)}
        />
      </div>
    </>
  );
}
