import { ArrowLeft, TriangleAlert } from 'lucide-react';
import { type ReactElement, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Image, ImageChild } from '../../../shared/models/image.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { SoftBreaks } from '../../ui/soft-breaks.tsx';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { ErrorReport, signInHost } from '../push/error-report.tsx';
import { pullCommand } from '../registries/pull-command.ts';
import { repositoryKey, tagsOf } from '../registries/tree-rows.ts';
import { Weave } from '../weave/weave.tsx';
import type { CellKind } from '../weave/weave-cells.ts';
import { WeaveLegend } from '../weave/weave-legend.tsx';
import { type Fact, Facts } from './facts.tsx';
import { imageLayers } from './image-layers.ts';
import { ChildrenTable, LayersTable, ReferrersTable } from './image-tables.tsx';
import { useImage } from './use-image.ts';

/** See {@link ImageDetail}. */
export interface ImageDetailProps {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly group: TagGroup;
}

/** One image of a repository, or, of an index, one of the images that it names. */
export function ImageDetail(props: ImageDetailProps): ReactElement {
  const [child, setChild] = useState<ImageChild | null>(null);
  const digest = child?.digest ?? props.group.digest;
  return <OneImage key={digest} {...props} child={child} onChild={setChild} />;
}

function OneImage(
  props: ImageDetailProps & {
    /** The image of the index that is looked at; null = the tagged digest itself. */
    readonly child: ImageChild | null;
    readonly onChild: (child: ImageChild | null) => void;
  },
): ReactElement {
  const { registry, repository, group, child, onChild } = props;
  const { t } = useTranslation('panes');
  const copy = useCopy();
  const name = repositoryKey(registry.host, repository.repository);
  const digest = child?.digest ?? group.digest;
  const { look, startedMs, again, stop } = useImage(`${name}@${digest}`);
  const image = look.state === 'read' ? look.image : null;
  return (
    <div className="detail">
      <ImageHead name={name} group={group} child={child} onBack={() => onChild(null)} />
      {look.state === 'failed' && (
        <ErrorReport
          error={look.error}
          onSignedIn={again}
          onCopy={copy}
          actions={
            <Button className={signInHost(look.error) === null ? 'button button-primary' : 'button'} onPress={again}>
              {t('tryAgain')}
            </Button>
          }
        />
      )}
      {look.state === 'reading' && (
        <p className="detail-reading">
          <ReadingLine verb={t('readingManifest')} startedMs={startedMs} number="" onStop={stop} />
        </p>
      )}
      {image !== null && <KindNotice image={image} />}
      {image !== null && <ImageWeave image={image} />}
      <Facts facts={useImageFacts(group, child, image)} />
      <References
        registry={registry}
        name={name}
        digest={digest}
        tag={child === null ? tagsOf(group)[0] : undefined}
        tart={image === null || image.kind === 'tart'}
      />
      {image !== null && image.kind === 'index' && <ChildrenTable image={image} onChild={onChild} />}
      {image !== null && image.kind !== 'index' && <LayersTable image={image} />}
      {image?.referrers != null && <ReferrersTable referrers={image.referrers} />}
    </div>
  );
}

function ImageHead(props: {
  readonly name: string;
  readonly group: TagGroup;
  readonly child: ImageChild | null;
  readonly onBack: () => void;
}): ReactElement {
  const { name, group, child, onBack } = props;
  const { t } = useTranslation('panes');
  const { t: browse } = useTranslation('browse');
  const tags = tagsOf(group);
  const [tag] = tags;
  return (
    <header className="detail-head">
      <div>
        <h1>
          <SoftBreaks text={tag === undefined ? name : `${name}:${tag}`} after="/" />
        </h1>
        {child === null ? (
          <p className="detail-tokens">
            <TagTokens tags={tags} most={12} />
            {tags.length > 1 && <span>{t('shareDigest', { count: tags.length })}</span>}
          </p>
        ) : (
          <p>
            <Button className="row-link" autoFocus onPress={onBack}>
              <ArrowLeft size={14} strokeWidth={1.75} aria-hidden="true" />
              {browse('wholeIndex')}
            </Button>
            <span>{child.platform ?? shortDigest(child.digest)}</span>
          </p>
        )}
      </div>
    </header>
  );
}

function References(props: {
  readonly registry: Registry;
  readonly name: string;
  readonly digest: string;
  readonly tag: string | undefined;
  /** Tart can pull it. */
  readonly tart: boolean;
}): ReactElement {
  const { registry, name, digest, tag, tart } = props;
  const { t } = useTranslation('panes');
  const pinned = `${name}@${digest}`;
  const reference = tag === undefined ? pinned : `${name}:${tag}`;
  return (
    <section className="copy-lines">
      <h2 className="section-title">{t('references')}</h2>
      <dl className="facts facts-one">
        {tag !== undefined && (
          <>
            <dt>{t('reference')}</dt>
            <dd>
              <Copyable text={reference} label={t('copyReference')} />
            </dd>
          </>
        )}
        <dt>{t('pinned')}</dt>
        <dd>
          <Copyable text={pinned} shown={`${name}@sha256:${shortDigest(digest, 6)}`} label={t('copyPinned')} />
        </dd>
        {tart && (
          <>
            <dt>{t('pull')}</dt>
            <dd>
              <Copyable text={pullCommand(registry, reference)} label={t('copyPull')} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function useImageFacts(group: TagGroup, child: ImageChild | null, image: Image | null): readonly Fact[] {
  const { t, i18n } = useTranslation('panes');
  const { t: browse } = useTranslation('browse');
  const digest = child?.digest ?? group.digest;
  const kind = image?.kind ?? child?.kind ?? (child === null ? group.kind : null);
  const packed = image?.packedSize ?? (child === null ? group.size : child.packedSize);
  const uploaded = image?.uploadTime ?? (child === null ? group.uploadTime : null);
  const facts: Fact[] = [
    {
      name: t('digest'),
      value: <Copyable text={digest} shown={`sha256:${shortDigest(digest, 6)}`} label={t('copyDigest')} />,
    },
  ];
  if (kind !== null) facts.push({ name: t('kind'), value: browse(`kind.${kind}`), more: image?.artifactType ?? '' });
  if (packed !== null) facts.push({ name: t('packed'), value: formatBytes(packed) });
  if (child === null && group.onlyHere !== null) {
    facts.push({ name: browse('onlyHere'), value: formatBytes(group.onlyHere) });
  }
  if (image?.diskSize != null) facts.push({ name: t('disk'), value: formatBytes(image.diskSize), more: t('raw') });
  if (uploaded !== null) facts.push({ name: t('uploaded'), value: momentWords(Date.parse(uploaded), i18n.language) });
  if (image === null) return facts;
  if (image.kind !== 'index') facts.push({ name: t('layers'), value: String(image.layers.length) });
  facts.push({
    name: t('manifest'),
    value: <span data-tip={image.mediaType}>{formatBytes(image.manifestSize)}</span>,
  });
  const { os = null, architecture = null } = image.config ?? {};
  const platform = [os, architecture].filter((part) => part !== null).join('/');
  if (platform !== '') facts.push({ name: browse('platform'), value: platform });
  if (image.subject !== null) {
    const { subject } = image;
    facts.push({
      name: browse('belongsTo'),
      value: <Copyable text={subject} shown={`sha256:${shortDigest(subject, 6)}`} label={t('copyDigest')} />,
    });
  }
  for (const [label, value] of Object.entries(image.labels)) facts.push({ name: label, value });
  for (const [name, value] of Object.entries(image.annotations)) {
    // What Tart says of itself stands above, in words.
    if (!name.startsWith('org.cirruslabs.tart.')) facts.push({ name, value });
  }
  return facts;
}

/** What Tart would refuse to pull, or that the image is none of Tart's. */
function KindNotice({ image }: { readonly image: Image }): ReactElement | null {
  const { t } = useTranslation('panes');
  const { t: browse } = useTranslation('browse');
  if (image.kind !== 'tart')
    return <p className="detail-kind">{browse('notTart', { kind: browse(`kind.${image.kind}`) })}</p>;
  const { old, new: present } = image.pullProblem;
  if (old === null && present === null) return null;
  return (
    <div className="detail-notice" data-kind="warn">
      <TriangleAlert size={15} strokeWidth={1.75} aria-hidden="true" />
      <div>
        {t(present === null ? 'oldTartCannotPull' : 'tartCannotPull')} <code>{present ?? old}</code>
      </div>
    </div>
  );
}

function ImageWeave({ image }: { readonly image: Image }): ReactElement | null {
  const { t } = useTranslation('panes');
  const layers: readonly PlanLayer[] = useMemo(() => imageLayers(image), [image]);
  const [kind, setKind] = useState<CellKind | null>(null);
  const chunkSize = Math.max(0, ...layers.map(({ rawSize }) => rawSize));
  if (layers.length === 0 || chunkSize === 0) return null;
  return (
    <section className="detail-weave">
      <Weave
        layers={layers}
        chunkSize={chunkSize}
        label={t('weaveOf', { name: image.repository })}
        highlighted={kind}
      />
      <WeaveLegend layers={layers} form="two-line" onHighlight={setKind} />
    </section>
  );
}
