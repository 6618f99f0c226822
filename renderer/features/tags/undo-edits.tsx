import { type ReactElement, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { type Registry, type Repository, repositorySchema } from '../../../shared/models/registry.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { EditQuestions } from './edit-questions.tsx';
import { tellEdit } from './tell-edit.ts';
import { type Undoing, undoStore } from './undo-store.ts';
import { useTagEdit } from './use-tag-edit.ts';

/** Carries out what `undoEdit` was asked for. Stands once in the window. */
export function UndoEdits({ registries }: { readonly registries: readonly Registry[] }): ReactElement | null {
  const undoing = useStore(undoStore, (state) => state.undoing);
  return undoing === null ? null : <UndoEdit key={undoing.id} undoing={undoing} registries={registries} />;
}

function UndoEdit(props: { readonly undoing: Undoing; readonly registries: readonly Registry[] }): ReactElement | null {
  const { undoing, registries } = props;
  const { host, id } = undoing;
  const { t } = useTranslation('tags');
  const editing = useTagEdit(undoing, (edit) => {
    tellEdit(edit, true, t);
  });
  const { phase, start } = editing;
  useEffect(() => {
    start({ kind: 'undo', id });
    // Asked for once; what it is made of does not change.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a second run would undo twice
  }, [undoing]);
  const known = registries.find((registry) => registry.host === host)?.repositories;
  const repository = known?.find((one) => one.repository === undoing.repository) ?? nothingKnown(undoing.repository);
  const questions = (
    <EditQuestions
      editing={editing}
      host={host}
      repository={repository}
      registries={registries}
      onRetry={() => start({ kind: 'undo', id })}
    />
  );
  if (phase.kind !== 'failed') return questions;
  return (
    <DialogFrame title={t('undoFailed')} onClose={editing.stop}>
      {questions}
    </DialogFrame>
  );
}

function nothingKnown(repository: string): Repository {
  return repositorySchema.parse({ repository, readMs: null, tagCount: null, groups: [] });
}
