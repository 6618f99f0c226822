import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Trans, useTranslation } from 'react-i18next';
import { layerLimitError } from '../../../shared/errors/layer-limit-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { CachedImagePlan, Plan, PlanTarget } from '../../../shared/models/plan.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import { imageName } from '../compare/compare-start.ts';
import { targetTitle } from './cost-words.ts';
import { useErrorWords } from './use-error-words.ts';
import './plan-notices.css';

/** What the notices of a plan are made of. */
export interface PlanNoticesProps {
  readonly plan: Plan;
  readonly language: string;
  /** What is remembered of the registries: it tells which other tags an old image keeps. */
  readonly registries: readonly Registry[];
  /** The person agrees that a cached image gets a new manifest. */
  readonly onNewManifest: () => void;
  /** Compares what is pushed with an image of a registry. */
  readonly onCompare: (image: ComparedName) => void;
}

/** What a push changes or needs beside its bytes: tags that move, a suspended VM, the upload time, the lock. */
export function PlanNotices(props: PlanNoticesProps): ReactElement {
  const { plan, language, registries, onNewManifest, onCompare } = props;
  const { t } = useTranslation('push');
  const errorWords = useErrorWords();
  const known = plan.targets.find((target) => target.knownUploadTime !== null)?.knownUploadTime ?? null;
  return (
    <>
      {plan.targets.flatMap((target) => {
        const tooMany = layerLimitError(target);
        if (tooMany === null) return [];
        return [
          <Notice key={`${target.registry}/${target.repository}`} tone="danger">
            {errorWords(tooMany.toData()).what}
          </Notice>,
        ];
      })}
      {plan.targets.flatMap(({ registry, repository, storeRoom, bytes }) =>
        storeRoom === null || bytes.uploaded <= storeRoom
          ? []
          : [
              <Notice key={`${registry}/${repository} room`} tone="danger">
                {t('notice.storeRoom', { room: formatBytes(storeRoom), bytes: formatBytes(bytes.uploaded) })}
              </Notice>,
            ],
      )}
      {plan.targets.flatMap((target) =>
        movedTags(target).map((moved) => (
          <MovedTags
            key={`${target.registry}/${target.repository} ${moved.state} ${moved.previousDigest ?? ''}`}
            moved={moved}
            repository={targetTitle(t, target)}
            keeps={otherTags(registries, target, moved)}
            onCompare={comparing(target, moved, onCompare)}
          />
        )),
      )}
      {plan.cachedImage !== null && <ImageManifest image={plan.cachedImage} onNewManifest={onNewManifest} />}
      {plan.suspended && <Notice tone="quiet">{t('notice.suspended')}</Notice>}
      {known !== null && (
        <Notice tone="quiet">{t('notice.knownManifest', { time: uploadTime(known, language) })}</Notice>
      )}
      {plan.source === 'lock' && readsDisk(plan) && <Notice tone="quiet">{t('notice.lock')}</Notice>}
      {plan.source === 'snapshot' && (
        <Notice tone="quiet">
          {plan.lockedMs === null
            ? t('notice.snapshot')
            : t('notice.snapshotLocked', { ms: Math.max(1, Math.round(plan.lockedMs)) })}
        </Notice>
      )}
      {plan.source === 'unlocked' && <Notice tone="warning">{t('notice.unlocked')}</Notice>}
    </>
  );
}

/** A byte of the disk is still to be read: to know it, or to send it. */
function readsDisk({ targets }: Plan): boolean {
  return targets.some(({ layers }) =>
    layers.some(({ kind, verdict }) => kind === 'disk' && (verdict === null || verdict === 'upload')),
  );
}

interface ImageManifestProps {
  readonly image: CachedImagePlan;
  readonly onNewManifest: () => void;
}

/** With which manifest a cached image is pushed. */
function ImageManifest({ image, onNewManifest }: ImageManifestProps): ReactElement {
  const { t } = useTranslation('push');
  const { manifest, digest } = image;
  const reason = image.reason ?? 'manifestMissing';
  switch (manifest) {
    case 'asIs':
      return (
        <Notice tone="quiet">
          <Trans
            t={t}
            i18nKey="notice.asIs"
            values={{ digest: shortDigest(digest) }}
            components={{ code: <code data-tip={digest} /> }}
          />
        </Notice>
      );
    case 'new':
      return <Notice tone="warning">{t(`notice.newManifest_${reason}`)}</Notice>;
    case 'newNeeded':
      return (
        <Notice tone="warning">
          {t(`notice.newNeeded_${reason}`)}
          <Button className="link-button" onPress={onNewManifest}>
            {t('notice.agree')}
          </Button>
        </Notice>
      );
  }
}

/** Tags of one repository that leave one image in the same way. */
interface Moved {
  readonly state: 'moves' | 'conflict';
  readonly previousDigest: string | null;
  readonly tags: readonly string[];
}

/** What moves in a target: tags that leave one image are told together. */
function movedTags({ references }: PlanTarget): readonly Moved[] {
  const all: Moved[] = [];
  for (const { state, previousDigest, tag } of references) {
    if (state !== 'moves' && state !== 'conflict') continue;
    const at = all.findIndex((moved) => moved.state === state && moved.previousDigest === previousDigest);
    const before = all[at];
    if (before === undefined) all.push({ state, previousDigest, tags: [tag] });
    else all[at] = { ...before, tags: [...before.tags, tag] };
  }
  return all;
}

/** Tags that the image keeps which tags leave; null where the repository's tags were not read. */
function otherTags(
  registries: readonly Registry[],
  target: PlanTarget,
  { tags, previousDigest }: Moved,
): readonly string[] | null {
  const repository = registries
    .find(({ host }) => host === target.registry)
    ?.repositories.find((own) => own.repository === target.repository);
  const group = repository?.groups.find(({ digest }) => digest === previousDigest);
  if (group === undefined || !tags.every((tag) => group.tags.includes(tag))) return null;
  const leave = target.references.filter(({ state }) => state === 'moves').map((reference) => reference.tag);
  return group.tags.filter((other) => !leave.includes(other));
}

/** Compares with the image that tags leave; null where that is no image of a registry. */
function comparing(
  { place, registry, repository }: PlanTarget,
  { previousDigest }: Moved,
  onCompare: PlanNoticesProps['onCompare'],
): (() => void) | null {
  if (place !== 'registry' || previousDigest === null) return null;
  return () => onCompare(imageName(registry, repository, { digest: previousDigest }));
}

interface MovedTagsProps {
  readonly moved: Moved;
  readonly repository: string;
  readonly keeps: readonly string[] | null;
  readonly onCompare: (() => void) | null;
}

function MovedTags({ moved, repository, keeps, onCompare }: MovedTagsProps): ReactElement {
  const { t, i18n } = useTranslation('push');
  const { state, previousDigest } = moved;
  const tags = moved.tags.join(t('comma'));
  return (
    <Notice
      tone="warning"
      action={
        onCompare !== null && (
          <Button
            className="link-button"
            aria-label={t('notice.compareWith', { count: moved.tags.length, tags })}
            onPress={onCompare}
          >
            {t('notice.compare')}
          </Button>
        )
      }
    >
      <Trans
        t={t}
        i18nKey={state === 'conflict' ? 'notice.conflict' : 'notice.moves'}
        count={moved.tags.length}
        values={{ tags, repository, digest: previousDigest === null ? '' : shortDigest(previousDigest) }}
        components={{ strong: <b />, code: <code data-tip={previousDigest ?? undefined} /> }}
      />
      {keeps !== null && sentenceGap(i18n.language)}
      {keeps !== null &&
        (keeps.length === 0
          ? t('notice.keepsNone')
          : t('notice.keeps', { count: keeps.length, tags: keeps.slice(0, 5).join(t('comma')) }))}
    </Notice>
  );
}

function uploadTime(iso: string, language: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(time);
}

const NOTICE_ICONS = { danger: CircleAlert, warning: TriangleAlert, quiet: Info } as const;

function Notice(props: {
  readonly tone: 'danger' | 'warning' | 'quiet';
  /** Stands at the end of its line. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const { tone, action, children } = props;
  const Icon = NOTICE_ICONS[tone];
  return (
    <p className={`plan-notice plan-notice-${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      <span>{children}</span>
      {action}
    </p>
  );
}
