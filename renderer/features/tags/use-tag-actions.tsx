import { History, ListFilter, PencilLine, Plus, Tag, Trash2 } from 'lucide-react';
import { type ReactElement, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import { type SelectedTag, useSelectedTags } from '../../state/tag-selection.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import { repositoryKey } from '../registries/tree-rows.ts';
import { AddTags } from './add-tags.tsx';
import { type DrawnTokens, drawnTokens, removeChanges } from './change-lines.ts';
import { EditHistory } from './edit-history.tsx';
import { addPending, usePending } from './pending-changes.ts';
import { PickTags } from './pick-tags.tsx';
import { RenameTag } from './rename-tag.tsx';
import { undoEdit } from './undo-store.ts';

type TagDialog =
  | { readonly kind: 'add'; readonly digest: string }
  | { readonly kind: 'rename'; readonly tag: string }
  | { readonly kind: 'pick' }
  | { readonly kind: 'history' };

/** A command that the table of tags has a key for. */
export type TagCommand = 'add' | 'rename' | 'remove';

/** See {@link useTagActions}. */
export interface TagActions {
  /** Buttons of the repository's head, for the selected tags. */
  readonly buttons: ReactElement;
  /** The dialog that is open. */
  readonly dialog: ReactElement | null;
  /** Rows of the context menu of these tags of a digest. */
  readonly menu: (digest: string, tags: readonly string[]) => MenuGroups;
  /** Carries out a command for the selected tags, where it fits them. */
  readonly command: (command: TagCommand) => void;
  /** How tokens are drawn while changes are pending. */
  readonly drawn: ReadonlyMap<string, DrawnTokens>;
}

/** The digest that all selected tags share; null where there is none. */
function oneDigest(selected: readonly SelectedTag[]): string | null {
  const [first] = selected;
  return first !== undefined && selected.every(({ digest }) => digest === first.digest) ? first.digest : null;
}

/** What can be done to the tags of a repository: all of it goes into the pending changes first. */
export function useTagActions(registry: Registry, repository: Repository): TagActions {
  const { t } = useTranslation('tags');
  const place = repositoryKey(registry.host, repository.repository);
  const selected = useSelectedTags(place, repository);
  const pending = usePending(place);
  const [dialog, setDialog] = useState<TagDialog | null>(null);
  const drawn = useMemo(() => drawnTokens(repository, pending), [repository, pending]);
  const digest = oneDigest(selected);
  const [only] = selected.length === 1 ? selected : [];
  const close = (): void => setDialog(null);
  const take = (changes: readonly TagChange[]): void => {
    addPending(place, changes);
    close();
  };
  const remove = (tags: readonly string[]): void => addPending(place, removeChanges(repository, tags));
  return {
    drawn,
    command: (command) => {
      if (command === 'remove') remove(selected.map(({ tag }) => tag));
      else if (command === 'rename' && only !== undefined) setDialog({ kind: 'rename', tag: only.tag });
      else if (command === 'add' && digest !== null) setDialog({ kind: 'add', digest });
    },
    menu: (of, tags) => [
      [
        { id: 'addTag', label: t('addTag'), icon: Plus, act: () => setDialog({ kind: 'add', digest: of }) },
        ...tags.slice(0, 1).flatMap((tag) =>
          tags.length > 1
            ? []
            : [
                {
                  id: 'renameTag',
                  label: t('rename'),
                  icon: PencilLine,
                  shortcut: 'F2',
                  act: () => setDialog({ kind: 'rename', tag }),
                },
              ],
        ),
        {
          id: 'removeTags',
          label: t('remove', { count: tags.length }),
          icon: Trash2,
          shortcut: '⌫',
          act: () => remove(tags),
        },
      ],
    ],
    buttons: (
      <TagButtons
        selected={selected}
        digest={digest}
        onAdd={(of) => setDialog({ kind: 'add', digest: of })}
        onRename={(tag) => setDialog({ kind: 'rename', tag })}
        onRemove={remove}
        onPick={() => setDialog({ kind: 'pick' })}
        onHistory={() => setDialog({ kind: 'history' })}
      />
    ),
    dialog:
      dialog === null ? null : (
        <OpenDialog dialog={dialog} registry={registry} repository={repository} onTake={take} onClose={close} />
      ),
  };
}

function OpenDialog(props: {
  readonly dialog: TagDialog;
  readonly registry: Registry;
  readonly repository: Repository;
  readonly onTake: (changes: readonly TagChange[]) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { dialog, registry, repository, onTake, onClose } = props;
  const { host } = registry;
  switch (dialog.kind) {
    case 'add':
      return <AddTags repository={repository} digest={dialog.digest} onAdd={onTake} onClose={onClose} />;
    case 'rename':
      return (
        <RenameTag repository={repository} tag={dialog.tag} onRename={(change) => onTake([change])} onClose={onClose} />
      );
    case 'pick':
      return <PickTags host={host} repository={repository.repository} onPick={onTake} onClose={onClose} />;
    case 'history':
      return (
        <EditHistory
          host={host}
          repository={repository.repository}
          onUndo={(id) => {
            onClose();
            undoEdit({ host, repository: repository.repository, id });
          }}
          onClose={onClose}
        />
      );
  }
}

function TagButtons(props: {
  readonly selected: readonly SelectedTag[];
  readonly digest: string | null;
  readonly onAdd: (digest: string) => void;
  readonly onRename: (tag: string) => void;
  readonly onRemove: (tags: readonly string[]) => void;
  readonly onPick: () => void;
  readonly onHistory: () => void;
}): ReactElement {
  const { selected, digest, onAdd, onRename, onRemove, onPick, onHistory } = props;
  const { t } = useTranslation('tags');
  const [only] = selected.length === 1 ? selected : [];
  return (
    <>
      {digest !== null && (
        <Button className="button" onPress={() => onAdd(digest)}>
          <Tag size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('addTag')}
        </Button>
      )}
      {only !== undefined && (
        <Button className="button" onPress={() => onRename(only.tag)}>
          <PencilLine size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('rename')}
        </Button>
      )}
      {selected.length > 0 && (
        <Button className="button" onPress={() => onRemove(selected.map(({ tag }) => tag))}>
          <Trash2 size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('removeButton')}
        </Button>
      )}
      <Button className="icon-button" aria-label={t('pickTitle')} data-tip={t('pickTitle')} onPress={onPick}>
        <ListFilter size={15} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <Button className="icon-button" aria-label={t('historyTitle')} data-tip={t('historyTitle')} onPress={onHistory}>
        <History size={15} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </>
  );
}
