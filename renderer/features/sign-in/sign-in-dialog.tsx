import { TriangleAlert } from 'lucide-react';
import { type ReactElement, useId } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { endSignIn, signInRequest } from '../../state/sign-in-request.ts';
import { CheckBox } from '../../ui/check-box.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import './sign-in.css';
import { ErrorLine } from '../push/error-line.tsx';
import { AccountFields } from './account-fields.tsx';
import { SourceTable } from './source-table.tsx';
import { useSignIn } from './use-sign-in.ts';

/** The sign-in dialog, where somebody asked for it. `insecureHosts` are spoken to over plain http. */
export function SignIn({ insecureHosts }: { readonly insecureHosts: readonly string[] }): ReactElement | null {
  const host = useStore(signInRequest, (state) => state.host);
  if (host === null) return null;
  return <SignInDialog key={host} host={host} plainHttp={insecureHosts.includes(host)} onClose={endSignIn} />;
}

/** Asks for an account, has the registry try it, and shows what other programs of this computer keep for the host. */
function SignInDialog(props: {
  readonly host: string;
  readonly plainHttp: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { host, plainHttp, onClose } = props;
  const { t, i18n } = useTranslation('signIn');
  const id = useId();
  const draft = useSignIn(host, onClose);
  const { inFile, asking, ready, error } = draft;
  const { list, choose } = draft.credentials;

  return (
    <DialogFrame title={t('title', { host })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          draft.signIn();
        }}
      >
        <AccountFields id={id} draft={draft} />
        <div className="form-inset">
          <p id={`${id}-hint`} className="sign-in-hint">
            {t('passwordHint', { host })}
            {sentenceGap(i18n.language)}
            {list !== null && list.keeping !== null && t(`keeping.${inFile ? 'file' : list.keeping}`)}
          </p>
          {plainHttp && (
            <p className="sign-in-hint" data-kind="warning">
              <TriangleAlert size={14} strokeWidth={1.75} aria-hidden="true" />
              {t('plainHttp', { host })}
            </p>
          )}
          {list?.keeping === 'memory' && (
            <CheckBox selected={inFile} onChange={draft.setInFile}>
              {t('keepInFile')}
            </CheckBox>
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
            <Button className="button sign-out" onPress={draft.signOut}>
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
