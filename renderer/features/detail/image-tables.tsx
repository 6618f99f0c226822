import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Image, ImageChild, ImageReferrer } from '../../../shared/models/image.ts';
import { Copyable } from '../../ui/copyable.tsx';

/** The layers of an image in their order. */
export function LayersTable({ image }: { readonly image: Image }): ReactElement {
  const { t } = useTranslation('panes');
  const { t: words } = useTranslation('weave');
  return (
    <section>
      <h2 className="section-title">
        {t('layers')}{' '}
        <span>{t('layersOf', { count: image.layers.length, packed: formatBytes(image.packedSize ?? 0) })}</span>
      </h2>
      <table className="table" aria-label={t('layers')}>
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
              <td data-tip={layer.mediaType}>{words(`layer.${layer.kind}`)}</td>
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

function childWords(t: ReturnType<typeof useTranslation<'browse'>>['t'], { kind, attests }: ImageChild): string {
  if (attests !== null) return t('kind.attestation');
  return kind === null ? '' : t(`kind.${kind}`);
}

/** The images of an index, each of which can be looked at. */
export function ChildrenTable(props: {
  readonly image: Image;
  readonly onChild: (child: ImageChild) => void;
}): ReactElement {
  const { image, onChild } = props;
  const { t } = useTranslation('browse');
  const { t: panes } = useTranslation('panes');
  return (
    <section>
      <h2 className="section-title">
        {t('children')} <span>{t('childCount', { count: image.children.length })}</span>
      </h2>
      <table className="table" aria-label={t('children')}>
        <thead>
          <tr>
            <th>{t('platform')}</th>
            <th>{panes('kind')}</th>
            <th>{t('digest')}</th>
            <th className="end">{t('packed')}</th>
          </tr>
        </thead>
        <tbody>
          {image.children.map((child, at) => (
            // An index may name a manifest twice.
            <tr key={`${String(at)} ${child.digest}`} className="layer-line">
              <td>
                <Button className="row-link" onPress={() => onChild(child)}>
                  {child.platform ?? shortDigest(child.digest)}
                </Button>
              </td>
              <td className="quiet-cell">{childWords(t, child)}</td>
              <td>
                <Copyable text={child.digest} shown={shortDigest(child.digest)} label={panes('copyDigest')} />
              </td>
              <td className="end">{child.packedSize === null ? '' : formatBytes(child.packedSize)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What belongs to an image; nothing where nothing does. */
export function ReferrersTable({ referrers }: { readonly referrers: readonly ImageReferrer[] }): ReactElement | null {
  const { t } = useTranslation('browse');
  const { t: panes } = useTranslation('panes');
  if (referrers.length === 0) return null;
  return (
    <section>
      <h2 className="section-title">
        {t('referrers')} <span>{t('referrerCount', { count: referrers.length })}</span>
      </h2>
      <table className="table" aria-label={t('referrers')}>
        <thead>
          <tr>
            <th>{panes('kind')}</th>
            <th>{t('foundBy')}</th>
            <th>{t('digest')}</th>
          </tr>
        </thead>
        <tbody>
          {referrers.map((referrer) => (
            <tr key={referrer.digest} className="layer-line">
              <td data-tip={referrer.mediaType}>{referrer.artifactType ?? referrer.mediaType}</td>
              <td className="quiet-cell" data-tip={referrer.tag ?? undefined}>
                {t(`found.${referrer.found}`)}
              </td>
              <td>
                <Copyable text={referrer.digest} shown={shortDigest(referrer.digest)} label={panes('copyDigest')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
