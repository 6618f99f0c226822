import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import { endRepositoryRequest, repositoryRequest } from '../../state/repository-request.ts';
import { AskText } from '../../ui/ask-text.tsx';
import { ErrorLine } from '../push/error-line.tsx';
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
    <AskText
      title={t('pinTitle', { host })}
      label={panes('repository')}
      value={text}
      placeholder="macos/sonoma"
      wrong={error !== null}
      says={<p>{t('pinHint')}</p>}
      error={<ErrorLine error={error} inset />}
      cancel={panes('cancel')}
      act={t('pin')}
      ready={repository !== ''}
      onText={(next) => {
        setText(next);
        setError(null);
      }}
      onAct={pin}
      onClose={endRepositoryRequest}
    />
  );
}
