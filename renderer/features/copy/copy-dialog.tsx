import { type ReactElement, useMemo, useState } from 'react';
import { Button, CheckboxButton, CheckboxField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { TagWay } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { type ImageCargo, tagsOfCargo } from '../drag/cargo.ts';
import { cargoName } from '../drag/drag-words.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { CopiedTagList } from './copied-tag-list.tsx';
import { copyCost, costFigure, costSentences } from './copy-cost.ts';
import type { CopyStart } from './copy-start.ts';
import {
  type CopiedTag,
  type CopyWish,
  copiedTags,
  copyRequest,
  type Existing,
  freeName,
  isTaken,
  shownTags,
} from './copy-wish.ts';
import { readPlace } from './place-draft.ts';
import { PlaceField } from './place-field.tsx';
import { RemovalChoice, removalObstacle } from './removal-choice.tsx';
import { tellCopy } from './tell-copy.ts';
import { type CopyPlanView, useCopyPlan } from './use-copy-plan.ts';
import { rememberMove } from './use-moves.ts';
import { chosenRemovals, useRemovalPlan } from './use-removal-plan.ts';
import './copy-dialog.css';
import { Segments } from '../../ui/segments.tsx';

/** See {@link CopyDialog}. */
export interface CopyDialogProps {
  readonly start: CopyStart;
  readonly registries: readonly Registry[];
  readonly onClose: () => void;
  readonly onShow: (jobId: string) => void;
}

const CHOICES = ['skip', 'overwrite', 'rename'] as const satisfies readonly Existing[];

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
  const { t } = useTranslation('copy');
  const client = useClient();
  const errorWords = useErrorWords();
  const { cargo } = start;
  const source = `${cargo.host}/${cargo.repository}`;
  const [text, setText] = useState(start.place);
  const [renamed, setRenamed] = useState<ReadonlyMap<string, string>>(new Map());
  const [existing, setExisting] = useState<Existing | null>(null);
  const [referrers, setReferrers] = useState(false);
  const [moving, setMoving] = useState(start.moving);
  const [way, setWay] = useState<TagWay | null>(null);
  const [refused, setRefused] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  const [starting, setStarting] = useState(false);

  const only = onlyTag(cargo);
  const reading = readPlace(text, only !== null);
  const wish = useMemo((): CopyWish | null => {
    const { place, tag } = readPlace(text, only !== null);
    if (place === null) return null;
    const names = only === null || tag === null ? renamed : new Map([[only, tag]]);
    if ([...names.values()].some((name) => !isTag(name))) return null;
    return { cargo, place, names, existing, referrers };
  }, [text, only, renamed, cargo, existing, referrers]);
  const request = wish === null ? null : copyRequest(wish);
  const view = useCopyPlan(request, round, start.plan);
  const removal = useRemovalPlan(cargo, moving);

  const shown: CopyWish = wish ?? { cargo, place: { host: '', repository: '' }, names: renamed, existing, referrers };
  const tags = copiedTags(shown, view.stale ? null : view.plan);
  const taken = tags.filter(isTaken);
  const doubled = new Set(tags.map(({ to }) => to)).size < tags.length;
  const itself = wish !== null && `${wish.place.host}/${wish.place.repository}` === source;
  const undecided = taken.length > 0 && (existing === null || (existing === 'rename' && taken.some(isRenamed)));
  const nothing = tags.every(({ state }) => state === 'same' || state === 'kept');
  const ready =
    view.plan !== null &&
    !view.stale &&
    view.error === null &&
    !undecided &&
    !doubled &&
    !starting &&
    (moving ? removalObstacle(removal, way) === null : !nothing);

  function edit(next: string): void {
    setText(next);
    setExisting(null);
    setRenamed(new Map());
    setRefused(null);
  }

  function decide(next: Existing): void {
    setExisting(next);
    if (next !== 'rename') {
      setRenamed(new Map());
      return;
    }
    const names = new Set([...tagsAt(registries, wish), ...tags.map(({ to }) => to)]);
    const fresh = taken.flatMap(({ tag }) => (tag === null ? [] : [[tag, freeName(tag, names)] as const]));
    setRenamed(new Map(fresh));
  }

  async function copy(): Promise<void> {
    if (!ready || request === null || wish === null) return;
    setStarting(true);
    setRefused(null);
    try {
      const job = await client.call('jobs.copy', { ...request, expectedTags: shownTags(view.plan) });
      if (moving && removal.plan !== null) {
        // What stays away at the target stays at the source.
        const kept = new Set(tags.flatMap(({ tag, state }) => (state === 'kept' && tag !== null ? [tag] : [])));
        const changes = chosenRemovals(removal.plan, way).filter(({ tag }) => !kept.has(tag));
        if (changes.length > 0) {
          rememberMove({ jobId: job.id, host: cargo.host, repository: cargo.repository, changes });
        }
      }
      tellCopy(t, `${wish.place.host}/${wish.place.repository}`, () => onShow(job.id));
      onClose();
    } catch (thrown) {
      setRefused(toAppError(thrown).toData());
      setStarting(false);
      setRound((before) => before + 1);
    }
  }

  const error = refused ?? view.error;
  const renamable = existing === 'rename';
  return (
    <form
      className="copy-form"
      onSubmit={(event) => {
        event.preventDefault();
        void copy();
      }}
    >
      <PlaceField text={text} reading={reading} source={source} registries={registries} onChange={edit} />
      {tags.length > 0 && (
        <CopiedTagList
          tags={tags}
          editable={({ tag }) => renamable && tag !== null && renamed.has(tag)}
          onRename={(tag, to) => setRenamed((before) => new Map(before).set(tag, to))}
        />
      )}
      {(taken.length > 0 || existing !== null) && (
        <div className="copy-conflicts">
          <span>{existing === null ? t('taken', { count: taken.length }) : t('takenDecided')}</span>
          <Segments
            label={t('takenLabel')}
            choices={cargo.images.length === 0 ? CHOICES.slice(0, 2) : CHOICES}
            value={existing}
            words={(choice) => t(`existing.${choice}`)}
            onChange={decide}
          />
        </div>
      )}
      <div className="copy-options">
        <CheckboxField isSelected={referrers} onChange={setReferrers}>
          <CheckboxButton className="checkbox">
            <span className="checkbox-box" aria-hidden="true" />
            {t('referrers')}
          </CheckboxButton>
        </CheckboxField>
        {cargo.images.length > 0 && (
          <CheckboxField isSelected={moving} onChange={setMoving}>
            <CheckboxButton className="checkbox">
              <span className="checkbox-box" aria-hidden="true" />
              {t('move', { name: source })}
            </CheckboxButton>
          </CheckboxField>
        )}
        {moving && <RemovalChoice removal={removal} name={source} way={way} onWay={setWay} />}
      </div>
      {doubled && (
        <p className="field-error" role="alert">
          {t('doubled')}
        </p>
      )}
      {error !== null && (
        <p className="field-error" role="alert">
          {errorWords(error).what} {errorWords(error).means}
        </p>
      )}
      <p className="copy-cost" role="status">
        {itself && t('sameRepository')} <Cost view={view} wanted={request !== null} />
      </p>
      <div className="dialog-foot">
        {error !== null && (
          <Button className="button" onPress={() => setRound((before) => before + 1)}>
            {t('planAgain')}
          </Button>
        )}
        <Button className="button" onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button type="submit" className="button button-primary" isDisabled={!ready}>
          {actWords(view, { moving, nothing: nothing && !moving })}
        </Button>
      </div>
    </form>
  );

  function isRenamed({ tag }: CopiedTag): boolean {
    return tag !== null && renamed.has(tag);
  }

  function actWords({ plan, stale }: CopyPlanView, parts: { moving: boolean; nothing: boolean }): string {
    if (plan === null || stale) return t(parts.moving ? 'act.move' : 'act.copy');
    if (parts.nothing) return t('act.nothing');
    return t(parts.moving ? 'act.moveBytes' : 'act.copyBytes', { bytes: costFigure(copyCost(plan)) });
  }
}

function Cost({ view, wanted }: { readonly view: CopyPlanView; readonly wanted: boolean }): ReactElement | null {
  const { t } = useTranslation('copy');
  if (!wanted) return null;
  if (view.plan === null || view.stale) return view.error === null ? <>{t('planning')}</> : null;
  return <>{costSentences(t, copyCost(view.plan)).join(' ')}</>;
}

/** The only tag that is carried; null where there are several. */
function onlyTag(cargo: ImageCargo): string | null {
  if (cargo.whole) return null;
  const [first, ...rest] = tagsOfCargo(cargo);
  return rest.length === 0 ? (first ?? null) : null;
}

/** Tags that the target is known to have. */
function tagsAt(registries: readonly Registry[], wish: CopyWish | null): readonly string[] {
  const registry = registries.find(({ host }) => host === wish?.place.host);
  const repository = registry?.repositories.find((one) => one.repository === wish?.place.repository);
  return repository?.groups.flatMap(({ tags }) => tags) ?? [];
}
