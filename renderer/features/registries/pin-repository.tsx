import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import { endRepositoryRequest, repositoryRequest } from '../../state/repository-request.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { repositoryKey } from './tree-rows.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** See {@link PinRepository}. */
export interface PinRepositoryProps {
  readonly readings: TagReadings;
  readonly onSelect: (key: string) => void;
}

/** The dialog that adds a repository of a registry to the list, for registries that list none; drawn while it is asked for. */
export function PinRepository({ readings, onSelect }: PinRepositoryProps): ReactElement | null {
  const host = useStore(repositoryRequest, (request) => request.host);
  if (host === null) return null;
  return (
    <PinForm
      key={host}
      host={host}
      onPinned={(repository) => {
        endRepositoryRequest();
        onSelect(repositoryKey(host, repository));
        readings.read(host, repository);
      }}
    />
  );
}

function PinForm(props: { readonly host: string; readonly onPinned: (repository: string) => void }): ReactElement {
  const { host, onPinned } = props;
  const { t } = useTranslation('browse');
  const { t: panes } = useTranslation('panes');
  const client = useClient();
  const words = useErrorWords();
  const id = useId();
  const [text, setText] = useState('');
  const [error, setError] = useState<ErrorData | null>(null);
  // A whole reference may be pasted: its host, tag and digest are left out.
  const repository = text
    .trim()
    .replace(`${host}/`, '')
    .replace(/[:@].*$/, '');

  function pin(): void {
    client.call('repositories.pin', { host, repository }).then(
      () => onPinned(repository),
      (thrown: unknown) => setError(toAppError(thrown).toData()),
    );
  }

  return (
    <DialogFrame title={t('pinTitle', { host })} onClose={endRepositoryRequest}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (repository !== '') pin();
        }}
      >
        <div className="form-row">
          <label htmlFor={id}>{panes('repository')}</label>
          <input
            id={id}
            className="input"
            value={text}
            placeholder="macos/sonoma"
            spellCheck={false}
            aria-invalid={error !== null}
            aria-describedby={`${id}-hint`}
            onChange={(event) => {
              setText(event.target.value);
              setError(null);
            }}
          />
        </div>
        <p id={`${id}-hint`} className="add-registry-hint form-inset">
          {t('pinHint')}
        </p>
        {error !== null && (
          <p className="field-error form-inset" role="alert">
            {words(error).what} {words(error).means}
          </p>
        )}
        <div className="dialog-foot">
          <Button className="button" onPress={endRepositoryRequest}>
            {panes('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={repository === ''}>
            {t('pin')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
