import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import { ErrorReport } from '../push/error-report.tsx';
import { DeleteTags } from './delete-tags.tsx';
import { MovedTags } from './moved-tags.tsx';
import type { TagEditing } from './use-tag-edit.ts';

/** What an edit asks the person, or why it could not be made. */
export function EditQuestions(props: {
  readonly editing: TagEditing;
  readonly host: string;
  readonly repository: Repository;
  readonly registries: readonly Registry[];
  /** Tries again what failed. */
  readonly onRetry: () => void;
}): ReactElement | null {
  const { editing, host, repository, registries, onRetry } = props;
  const { t } = useTranslation('tags');
  const copy = useCopy();
  const { phase } = editing;
  switch (phase.kind) {
    case 'idle':
    case 'looking':
    case 'applying':
      return null;
    case 'conflicts':
      return <MovedTags told={phase.told} onAnswer={phase.answer} />;
    case 'deletion':
      return (
        <DeleteTags
          key={phase.question.digest}
          host={host}
          repository={repository.repository}
          question={phase.question}
          group={repository.groups.find(({ digest }) => digest === phase.question.digest) ?? null}
          registries={registries}
          onAnswer={phase.answer}
        />
      );
    case 'failed':
      return (
        <ErrorReport
          error={phase.error}
          onSignedIn={onRetry}
          onCopy={copy}
          kept={t('keptPending')}
          actions={
            <>
              <Button className="button button-primary" onPress={onRetry}>
                {t('tryAgain')}
              </Button>
              <Button className="button" onPress={editing.stop}>
                {t('close')}
              </Button>
            </>
          }
        />
      );
  }
}
