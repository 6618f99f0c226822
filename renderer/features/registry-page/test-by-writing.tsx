import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { isRepositoryName } from '../../../shared/models/reference.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { useErrorWords } from '../push/use-error-words.ts';

/** Asks before a test writes to a registry, and where; closes when the test is over. */
export function TestByWriting(props: { readonly host: string; readonly onClose: () => void }): ReactElement {
  const { host, onClose } = props;
  const { t } = useTranslation('registry');
  const client = useClient();
  const words = useErrorWords();
  const id = useId();
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
    <DialogFrame title={t('writeQuestion', { host })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (valid && !testing) void test();
        }}
      >
        <p className="dialog-text">{t('writeMore')}</p>
        <div className="form-row certificate-row">
          <label htmlFor={id}>{t('writeRepository')}</label>
          <input
            id={id}
            className="input"
            value={repository}
            spellCheck={false}
            aria-invalid={!valid}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setRepository(event.target.value)}
          />
        </div>
        <p id={`${id}-hint`} className="add-registry-hint form-inset">
          {t('writeRepositoryHint')}
        </p>
        {error !== null && (
          <p className="field-error" role="alert">
            {words(error).what} {words(error).means}
          </p>
        )}
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={!valid} isPending={testing}>
            {testing ? t('testing') : t('writeTest')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
