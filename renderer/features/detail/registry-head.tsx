import { RefreshCw, Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { RegistryTitle } from '../registries/registry-title.tsx';
import { wantsSignIn } from '../sign-in/refused-sign-in.tsx';
import { useSourceWords } from '../sign-in/source-words.ts';
import { timeOfDay } from '../transfers/job-row.tsx';

/** See {@link RegistryHead}. */
export interface RegistryHeadProps {
  readonly registry: Registry;
  /** It is being asked. */
  readonly asking: boolean;
  readonly onAsk: () => void;
  readonly onSettings: () => void;
}

/** The name of a registry, how it is and who is signed in; where nothing is wrong with it, it can be asked again. */
export function RegistryHead({ registry, asking, onAsk, onSettings }: RegistryHeadProps): ReactElement {
  const { t, i18n } = useTranslation('panes');
  const sourceWords = useSourceWords();
  const refused = wantsSignIn(registry);
  const { host, health, error, account, askedMs, insecure, repositories } = registry;
  const facts = [
    askedMs === null
      ? t(`health.${health}`)
      : t('healthAt', { health: t(`health.${health}`), time: timeOfDay(askedMs, i18n.language) }),
    account === null ? '' : t('signedInFrom', { name: account.name, source: sourceWords(account.source) }),
    insecure ? t('overPlainHttp') : '',
    t('repositories', { count: repositories.length }),
  ];
  return (
    <header className="detail-head">
      <RegistryTitle registry={registry} facts={facts}>
        {!refused && (
          <Button className="link-button" onPress={() => askForSignIn(host)}>
            {t(account === null ? 'signIn:signInDots' : 'signIn:change')}
          </Button>
        )}
      </RegistryTitle>
      <span className="space" />
      {error === null && (
        <Button className="button" isPending={asking} onPress={onAsk}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('askAgain')}
        </Button>
      )}
      <Button className="button" onPress={onSettings}>
        <Settings size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('registrySettings')}
      </Button>
    </header>
  );
}
