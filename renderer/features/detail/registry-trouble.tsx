import { Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import { ErrorReport } from '../push/error-report.tsx';
import { RefusedSignIn, useNoLongerWords, wantsSignIn } from '../sign-in/refused-sign-in.tsx';

/** See {@link RegistryTrouble}. */
export interface RegistryTroubleProps {
  readonly registry: Registry;
  /** What it answered last, or why it did not. */
  readonly error: ErrorData;
  /** It is being asked. */
  readonly asking: boolean;
  readonly onAsk: () => void;
  /** Shows the certificate that it has. */
  readonly onCertificate: () => void;
  readonly onRemove: () => void;
}

/** What is wrong with a registry, and what can be done about it: sign in, look at its certificate, try again, remove it. */
export function RegistryTrouble(props: RegistryTroubleProps): ReactElement {
  const { registry, error, asking, onAsk, onCertificate, onRemove } = props;
  const { t } = useTranslation('panes');
  const copy = useCopy();
  const noLonger = useNoLongerWords(registry);
  const refused = wantsSignIn(registry);
  return (
    <ErrorReport
      error={error}
      onCopy={copy}
      kept={t('listKept')}
      words={noLonger}
      atMs={registry.askedMs}
      onSignedIn={null}
      actions={
        <>
          {refused && <RefusedSignIn registry={registry} />}
          {error.code === 'registry.tls' && (
            <Button className="button button-primary" onPress={onCertificate}>
              {t('registry:showCertificateDots')}
            </Button>
          )}
          <Button
            className={refused || error.code === 'registry.tls' ? 'button' : 'button button-primary'}
            isPending={asking}
            onPress={onAsk}
          >
            {t('tryAgain')}
          </Button>
          <Button className="button" onPress={onRemove}>
            <Trash2 size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('removeDots')}
          </Button>
        </>
      }
    />
  );
}
