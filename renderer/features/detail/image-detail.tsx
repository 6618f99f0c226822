import { TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Image } from '../../../shared/models/image.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { ErrorReport, signInHost } from '../push/error-report.tsx';
import { pullCommand } from '../registries/pull-command.ts';
import { repositoryKey, tagsOf } from '../registries/tree-rows.ts';
import { Weave } from '../weave/weave.tsx';
import type { CellKind } from '../weave/weave-cells.ts';
import { WeaveLegend } from '../weave/weave-legend.tsx';
import { type Fact, Facts } from './facts.tsx';
import { imageLayers } from './image-layers.ts';

/** See {@link ImageDetail}. */
export interface ImageDetailProps {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly group: TagGroup;
}

type Look =
  | { readonly state: 'reading' }
  | { readonly state: 'read'; readonly image: Image }
  | { readonly state: 'failed'; readonly error: ErrorData };

interface ImageLook {
  readonly look: Look;
  readonly startedMs: number;
  readonly again: () => void;
  readonly stop: () => void;
}

/** Reads a manifest when it is looked at: one small request. */
function useImage(reference: string): ImageLook {
  const client = useClient();
  const [wish, setWish] = useState(() => ({ round: 0, startedMs: Date.now() }));
  const [answer, setAnswer] = useState<{ readonly round: number; readonly look: Look } | null>(null);
  const running = useRef<AbortController | null>(null);
  const { round, startedMs } = wish;
  useEffect(() => {
    const ended = new AbortController();
    running.current = ended;
    client.call('images.inspect', { reference, insecure: false, askTags: false }, { signal: ended.signal }).then(
      (image) => setAnswer({ round, look: { state: 'read', image } }),
      (thrown: unknown) => setAnswer({ round, look: { state: 'failed', error: toAppError(thrown).toData() } }),
    );
    return () => {
      ended.abort();
    };
  }, [client, reference, round]);
  return {
    look: answer?.round === round ? answer.look : { state: 'reading' },
    startedMs,
    again: () => setWish((before) => ({ round: before.round + 1, startedMs: Date.now() })),
    stop: () => running.current?.abort(),
  };
}

/** One image of a repository: tags that share its digest, references to copy, layers. */
export function ImageDetail({ registry, repository, group }: ImageDetailProps): ReactElement {
  const { t } = useTranslation('panes');
  const copy = useCopy();
  const name = repositoryKey(registry.host, repository.repository);
  const pinned = `${name}@${group.digest}`;
  const { look, startedMs, again, stop } = useImage(pinned);
  const tags = tagsOf(group);
  const [tag] = tags;
  const reference = tag === undefined ? pinned : `${name}:${tag}`;
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{tag === undefined ? name : reference}</h1>
          <p className="detail-tokens">
            <TagTokens tags={tags} most={12} />
            {tags.length > 1 && <span>{t('shareDigest', { count: tags.length })}</span>}
          </p>
        </div>
      </header>
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
      {look.state === 'read' && <PullProblem image={look.image} />}
      {look.state === 'read' && <ImageWeave image={look.image} />}
      <Facts facts={useImageFacts(group, look.state === 'read' ? look.image : null)} />
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
            <Copyable text={pinned} shown={`${name}@sha256:${shortDigest(group.digest, 6)}`} label={t('copyPinned')} />
          </dd>
          <dt>{t('pull')}</dt>
          <dd>
            <Copyable text={pullCommand(registry, reference)} label={t('copyPull')} />
          </dd>
        </dl>
      </section>
      {look.state === 'read' && <LayersTable image={look.image} />}
    </div>
  );
}

function useImageFacts(group: TagGroup, image: Image | null): readonly Fact[] {
  const { t, i18n } = useTranslation('panes');
  const facts: Fact[] = [
    {
      name: t('digest'),
      value: <Copyable text={group.digest} shown={`sha256:${shortDigest(group.digest, 6)}`} label={t('copyDigest')} />,
    },
  ];
  const packed = image?.packedSize ?? group.size;
  if (packed !== null) facts.push({ name: t('packed'), value: formatBytes(packed) });
  if (image?.diskSize != null) facts.push({ name: t('disk'), value: formatBytes(image.diskSize), more: t('raw') });
  const uploaded = image?.uploadTime ?? group.uploadTime;
  if (uploaded !== null) facts.push({ name: t('uploaded'), value: momentWords(Date.parse(uploaded), i18n.language) });
  if (image !== null) {
    facts.push({ name: t('layers'), value: String(image.layers.length) });
    facts.push({ name: t('manifest'), value: formatBytes(image.manifestSize) });
    for (const [label, value] of Object.entries(image.labels)) facts.push({ name: label, value });
  }
  return facts;
}

/** What Tart would refuse to pull. */
function PullProblem({ image }: { readonly image: Image }): ReactElement | null {
  const { t } = useTranslation('panes');
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

function LayersTable({ image }: { readonly image: Image }): ReactElement {
  const { t } = useTranslation('panes');
  const { t: words } = useTranslation('weave');
  return (
    <section>
      <h2 className="section-title">
        {t('layers')}{' '}
        <span>{t('layersOf', { count: image.layers.length, packed: formatBytes(image.packedSize) })}</span>
      </h2>
      <table className="table">
        <thead>
          <tr>
            <th className="end narrow-column">#</th>
            <th>{t('kind')}</th>
            <th>{t('digest')}</th>
            <th className="end">{t('packed')}</th>
            <th className="end">{t('rawHead')}</th>
          </tr>
        </thead>
        <tbody>
          {image.layers.map((layer) => (
            <tr key={layer.index} className="layer-line">
              <td className="end narrow-column quiet-cell">{layer.index}</td>
              <td>{words(`layer.${layer.kind}`)}</td>
              <td>
                <Copyable text={layer.digest} shown={shortDigest(layer.digest)} label={t('copyDigest')} />
              </td>
              <td className="end">{formatBytes(layer.size)}</td>
              <td className="end quiet-cell">{layer.rawSize === null ? '' : formatBytes(layer.rawSize)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
