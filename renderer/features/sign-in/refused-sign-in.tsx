import { LogIn } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import type { CredentialList, CredentialSource } from '../../../shared/models/sign-in.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { momentWords } from '../../ui/moment.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { useSourceWords } from './source-words.ts';
import { useCredentials } from './use-credentials.ts';

/** Whether a registry stands for want of a sign-in that it accepts. */
export function wantsSignIn({ error }: Pick<Registry, 'error'>): boolean {
  return error?.actions.includes('signIn') === true;
}

/** The sign-in of another program that could do in place of the one that is in use. */
function otherSource(list: CredentialList | null): CredentialSource | undefined {
  return list?.sources.find(({ account, namespace, inUse }) => account !== null && namespace === null && !inUse);
}

/** Where a sign-in was accepted before and is refused now: the words for it; null = the error's own. */
export function useNoLongerWords(registry: Registry): { readonly what: string; readonly means: string } | null {
  const { t, i18n } = useTranslation('signIn');
  const { host, account, error } = registry;
  if (error?.code !== 'auth.unauthorized' || account?.acceptedMs === undefined) return null;
  const time = timeOfDay(account.acceptedMs, i18n.language);
  return { what: t('noLonger', { host }), means: t('noLongerMore', { account: account.name, time }) };
}

/** What can be done about a sign-in that is refused or missing: sign in, use another one of this computer, go on without. */
export function RefusedSignIn({ registry }: { readonly registry: Registry }): ReactElement {
  const { host, account } = registry;
  const { t } = useTranslation('signIn');
  const sourceWords = useSourceWords();
  const { list, choose } = useCredentials(host);
  const other = otherSource(list);
  return (
    <>
      <Button className="button button-primary" onPress={() => askForSignIn(host)}>
        <LogIn size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('signInDots')}
      </Button>
      {other !== undefined && (
        <Button className="button" onPress={() => choose(other.source)}>
          {t('useSource', { source: sourceWords(other.source) })}
        </Button>
      )}
      {account !== null && (
        <Button className="button" onPress={() => choose('anonymous')}>
          {t('browseAnonymously')}
        </Button>
      )}
      {other !== undefined && <OtherSignIn host={host} other={other} />}
    </>
  );
}

function OtherSignIn({ host, other }: { readonly host: string; readonly other: CredentialSource }): ReactElement {
  const { t, i18n } = useTranslation('signIn');
  const sourceWords = useSourceWords();
  const facts = { host, source: sourceWords(other.source), account: other.account ?? '' };
  return (
    <p className="sign-in-other">
      {other.changedMs === null
        ? t('otherSignIn', facts)
        : t('otherSignInChanged', { ...facts, moment: momentWords(other.changedMs, i18n.language) })}
    </p>
  );
}
