import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import { useErrorWords } from '../push/use-error-words.ts';

export interface RegistryDetailProps {
  readonly registry: Registry;
  readonly repository: Repository | null;
  readonly group: TagGroup | null;
  readonly onChanged: () => void;
}

function Problem({ error }: { readonly error: ErrorData }): ReactElement {
  const { t } = useTranslation('app');
  const client = useClient();
  const words = useErrorWords();
  const details = JSON.stringify({ code: error.code, ...error.params }, null, 2);
  return (
    <div className="notice" data-kind="error" role="alert">
      <div>
        <b>{words(error).what}</b> {words(error).means} <code className="digest">{error.code}</code>
      </div>
      <Button className="button button-small" onPress={() => void client.call('app.copyText', { text: details })}>
        {t('copyDetails')}
      </Button>
    </div>
  );
}

/** A registry, one of its repositories, or the tags of one digest: what is remembered, and the way to read it again. */
export function RegistryDetail({ registry, repository, group, onChanged }: RegistryDetailProps): ReactElement {
  const { t } = useTranslation('app');
  const client = useClient();
  const [reading, setReading] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const name = repository === null ? registry.host : `${registry.host}/${repository.repository}`;
  const read = (): void => {
    if (repository === null) return;
    setReading(true);
    setError(null);
    client
      .call('repositories.read', { host: registry.host, repository: repository.repository })
      .then(onChanged, (thrown: unknown) => setError(toAppError(thrown).toData()))
      .finally(() => setReading(false));
  };
  const copy = (text: string): void => {
    void client.call('app.copyText', { text });
  };
  const shown = error ?? registry.error;
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{name}</h1>
          <p>{t(`health.${registry.health}`)}</p>
        </div>
        <span className="space" />
        {repository === null ? (
          <Button
            className="button"
            onPress={() => void client.call('registries.remove', { host: registry.host }).then(onChanged)}
          >
            {t('remove')}
          </Button>
        ) : (
          <Button className="button" isDisabled={reading} onPress={read}>
            {t(reading ? 'readingTags' : 'readTags')}
          </Button>
        )}
      </header>
      {shown !== null && <Problem error={shown} />}
      {group !== null && (
        <>
          <dl className="facts">
            <dt>{t('digest')}</dt>
            <dd className="digest">{group.digest}</dd>
            <dt>{t('disk')}</dt>
            <dd>{group.size === null ? '' : formatBytes(group.size)}</dd>
          </dl>
          {group.tags.map((tag) => (
            <Button key={tag} className="button button-small" onPress={() => copy(`${name}:${tag}`)}>
              {t('copyReference')} {tag}
            </Button>
          ))}{' '}
          <Button className="button button-small" onPress={() => copy(group.digest)}>
            {t('copyDigest')}
          </Button>
        </>
      )}
    </div>
  );
}
