import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import { cargoName } from '../drag/drag-words.ts';
import { ErrorLine } from '../push/error-line.tsx';
import { CopiedTagList } from './copied-tag-list.tsx';
import { copyCost, costFigure, costSentences } from './copy-cost.ts';
import { CopyOptions } from './copy-options.tsx';
import type { CopyStart } from './copy-start.ts';
import { type CopyWish, type Existing, freeName } from './copy-wish.ts';
import { PlaceField } from './place-field.tsx';
import { TakenTags } from './taken-tags.tsx';
import type { CopyPlanView } from './use-copy-plan.ts';
import { type PlannedCopy, usePlannedCopy } from './use-planned-copy.ts';
import { type TypedCopy, useTypedCopy } from './use-typed-copy.ts';
import './copy-dialog.css';

/** See {@link CopyDialog}. */
export interface CopyDialogProps {
  readonly start: CopyStart;
  readonly registries: readonly Registry[];
  readonly onClose: () => void;
  readonly onShow: (jobId: string) => void;
}

/** `Copy to…`: where images go, under which names, what it costs, and what becomes of tags that are there; one answer for all. */
export function CopyDialog(props: CopyDialogProps): ReactElement {
  const { t } = useTranslation('copy');
  const { t: words } = useTranslation('drag');
  const { cargo, moving } = props.start;
  return (
    <DialogFrame title={t(moving ? 'titleMove' : 'title', { name: cargoName(words, cargo) })} onClose={props.onClose}>
      <CopyForm {...props} />
    </DialogFrame>
  );
}

function CopyForm({ start, registries, onClose, onShow }: CopyDialogProps): ReactElement {
  const { cargo } = start;
  const source = `${cargo.host}/${cargo.repository}`;
  const typed = useTypedCopy(start);
  const planned = usePlannedCopy({ start, typed, onShow, onBegun: onClose });
  const { tags, taken } = planned;
  const { wish, existing, renamed } = typed;
  const itself = wish !== null && `${wish.place.host}/${wish.place.repository}` === source;

  function decide(next: Existing): void {
    typed.decide(next, next === 'rename' ? freeNames(planned, tagsAt(registries, wish)) : new Map());
  }

  return (
    <form
      className="copy-form"
      onSubmit={(event) => {
        event.preventDefault();
        planned.copy();
      }}
    >
      <PlaceField
        text={typed.text}
        reading={typed.reading}
        source={source}
        registries={registries}
        onChange={(text) => {
          typed.edit(text);
          planned.clearRefusal();
        }}
      />
      {tags.length > 0 && (
        <CopiedTagList
          tags={tags}
          editable={({ tag }) => existing === 'rename' && tag !== null && renamed.has(tag)}
          onRename={typed.rename}
        />
      )}
      {(taken.length > 0 || existing !== null) && (
        <TakenTags count={taken.length} existing={existing} renamable={cargo.images.length > 0} onDecide={decide} />
      )}
      <CopyOptions typed={typed} source={source} removal={planned.removal} movable={cargo.images.length > 0} />
      <CopyFoot typed={typed} planned={planned} itself={itself} onClose={onClose} />
    </form>
  );
}

/** What is wrong, what it costs, and the copy itself. `itself`: it goes where it comes from. */
function CopyFoot(props: {
  readonly typed: TypedCopy;
  readonly planned: PlannedCopy;
  readonly itself: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { typed, planned, itself, onClose } = props;
  const { t } = useTranslation('copy');
  const { view, doubled, error, ready } = planned;
  return (
    <>
      {doubled && (
        <p className="field-error" role="alert">
          {t('doubled')}
        </p>
      )}
      <ErrorLine error={error} />
      <p className="copy-cost" role="status">
        {itself && t('sameRepository')} <Cost view={view} wanted={typed.wish !== null} />
      </p>
      <div className="dialog-foot">
        {error !== null && (
          <Button className="button" onPress={planned.planAgain}>
            {t('planAgain')}
          </Button>
        )}
        <Button className="button" onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button type="submit" className="button button-primary" isDisabled={!ready}>
          <ActWords planned={planned} moving={typed.moving} />
        </Button>
      </div>
    </>
  );
}

/** `Copy 1.9 GB`: the price as far as it is known. */
function ActWords({ planned, moving }: { readonly planned: PlannedCopy; readonly moving: boolean }): ReactElement {
  const { t } = useTranslation('copy');
  const { plan, stale } = planned.view;
  if (plan === null || stale) return <>{t(moving ? 'act.move' : 'act.copy')}</>;
  if (planned.nothing && !moving) return <>{t('act.nothing')}</>;
  return <>{t(moving ? 'act.moveBytes' : 'act.copyBytes', { bytes: costFigure(copyCost(plan)) })}</>;
}

function Cost({ view, wanted }: { readonly view: CopyPlanView; readonly wanted: boolean }): ReactElement | null {
  const { t, i18n } = useTranslation('copy');
  if (!wanted) return null;
  if (view.plan === null || view.stale) return view.error === null ? <>{t('planning')}</> : null;
  return <>{costSentences(t, copyCost(view.plan)).join(sentenceGap(i18n.language))}</>;
}

/** Names for the tags that have another image at the target; `there`: tags that it is known to have. */
function freeNames({ tags, taken }: PlannedCopy, there: readonly string[]): ReadonlyMap<string, string> {
  const names = new Set([...there, ...tags.map(({ to }) => to)]);
  return new Map(taken.flatMap(({ tag }) => (tag === null ? [] : [[tag, freeName(tag, names)] as const])));
}

/** Tags that the target is known to have. */
function tagsAt(registries: readonly Registry[], wish: CopyWish | null): readonly string[] {
  const registry = registries.find(({ host }) => host === wish?.place.host);
  const repository = registry?.repositories.find((one) => one.repository === wish?.place.repository);
  return repository?.groups.flatMap(({ tags }) => tags) ?? [];
}
