import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { isRepositoryName } from '../../../shared/models/reference.ts';
import { useClient } from '../../state/client.ts';
import { AskText } from '../../ui/ask-text.tsx';
import { ErrorLine } from '../push/error-line.tsx';

/** Asks before a test writes to a registry, and where; closes when the test is over. */
export function TestByWriting(props: { readonly host: string; readonly onClose: () => void }): ReactElement {
  const { host, onClose } = props;
  const { t } = useTranslation('registry');
  const client = useClient();
  const [repository, setRepository] = useState('tartan/probe');
  const [testing, setTesting] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const valid = isRepositoryName(repository.trim());

  async function test(): Promise<void> {
    setTesting(true);
    setError(null);
    try {
      await client.call('registries.probe', { host, repository: repository.trim(), write: true });
      onClose();
    } catch (thrown) {
      setError(toAppError(thrown).toData());
      setTesting(false);
    }
  }

  return (
    <AskText
      title={t('writeQuestion', { host })}
      lead={t('writeMore')}
      label={t('writeRepository')}
      value={repository}
      wrong={!valid}
      says={<p>{t('writeRepositoryHint')}</p>}
      error={<ErrorLine error={error} />}
      cancel={t('cancel')}
      act={testing ? t('testing') : t('writeTest')}
      ready={valid}
      busy={testing}
      onText={setRepository}
      onAct={() => void test()}
      onClose={onClose}
    />
  );
}
