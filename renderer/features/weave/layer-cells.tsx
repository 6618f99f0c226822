import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { JobLayer } from '../../../shared/models/job.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';
import { CellSwatch } from './cell-swatch.tsx';
import { LiveNote } from './live-note.tsx';
import { type CellKind, cellKind, packedSize, type WeaveLayer } from './weave-cells.ts';
import { kindWord, rangeFigures, reasonWords, sizeWords } from './weave-words.ts';

interface PlanCellsProps {
  readonly layer: PlanLayer;
  readonly chunkSize: number;
}

function LayerNumber({ layer, chunkSize }: PlanCellsProps): ReactElement {
  const { t } = useTranslation('weave');
  return (
    <td className="layer-table-number">
      {layer.rawOffset === null ? t(`layer.${layer.kind}`) : Math.round(layer.rawOffset / chunkSize)}
    </td>
  );
}

function LayerRange({ layer, chunkSize }: PlanCellsProps): ReactElement {
  return <td>{rangeFigures(layer, chunkSize) ?? '–'}</td>;
}

/** The layer digest in short; hovering tells it and the raw digest whole. */
function LayerDigest({ layer }: { readonly layer: PlanLayer }): ReactElement {
  const { t } = useTranslation('weave');
  const whole = [
    ...(layer.digest === null ? [] : [t('layerDigest', { digest: layer.digest })]),
    ...(layer.rawDigest === null ? [] : [t('rawDigest', { digest: layer.rawDigest })]),
  ];
  return (
    <td className="layer-table-code layer-table-digest" data-tip={whole.join('\n')}>
      {layer.digest === null ? '' : shortDigest(layer.digest)}
    </td>
  );
}

/** A zero chunk that is settled says its verdict; the thread in the picture says the rest. */
function wordKind(layer: WeaveLayer): CellKind {
  const kind = cellKind(layer);
  return kind === 'zero' ? (layer.verdict ?? 'zero') : kind;
}

/** Cells of a plan's row. */
export const PlanCells = memo(function PlanCells({ layer, chunkSize }: PlanCellsProps): ReactElement {
  const { t, i18n } = useTranslation('weave');
  const kind = wordKind(layer);
  return (
    <>
      <LayerNumber layer={layer} chunkSize={chunkSize} />
      <LayerRange layer={layer} chunkSize={chunkSize} />
      <td className="layer-table-code">{layer.origin}</td>
      <td className="layer-table-verdict">
        <CellSwatch kind={kind} />
        {kindWord(t, kind, false)}
      </td>
      <td className="layer-table-right">{sizeWords(layer)}</td>
      <LayerDigest layer={layer} />
      <td className="layer-table-secondary">{reasonWords(t, layer, i18n.language)}</td>
    </>
  );
});

interface LiveCellsProps {
  readonly layer: JobLayer;
  readonly chunkSize: number;
  /** Its digest stands in place of its range on a disk. */
  readonly byDigest: boolean;
  readonly onRetryNow: (() => void) | undefined;
}

function liveKind(layer: JobLayer): CellKind {
  if (cellKind(layer) !== 'zero') return cellKind(layer);
  if (layer.status === 'done') return layer.verdict === 'upload' ? 'done' : (layer.verdict ?? 'done');
  return layer.verdict === 'duplicate' ? 'duplicate' : layer.status;
}

const WITH_BAR = new Set<JobLayer['status']>(['uploading', 'retrying', 'committing', 'failed']);

function SentBar({ layer }: { readonly layer: JobLayer }): ReactElement | null {
  const size = packedSize(layer);
  if (!WITH_BAR.has(layer.status) || size === null || size === 0) return null;
  const part = layer.status === 'committing' ? 1 : Math.min(1, layer.sent / size);
  return (
    <div className="layer-table-bar" aria-hidden="true">
      <div style={{ width: `${(part * 100).toFixed(1)}%` }} />
    </div>
  );
}

function SentWords({ layer }: { readonly layer: JobLayer }): ReactElement | null {
  const { t } = useTranslation('weave');
  const size = sizeWords(layer);
  if (!WITH_BAR.has(layer.status)) return size === '' ? null : <span className="layer-table-secondary">{size}</span>;
  const sent = layer.status === 'committing' ? (packedSize(layer) ?? layer.sent) : layer.sent;
  return <>{t('sentOf', { sent: formatBytes(sent), size })}</>;
}

/** Cells of a running job's row. */
export const LiveCells = memo(function LiveCells({
  layer,
  chunkSize,
  byDigest,
  onRetryNow,
}: LiveCellsProps): ReactElement {
  const { t } = useTranslation('weave');
  const kind = liveKind(layer);
  return (
    <>
      <LayerNumber layer={layer} chunkSize={chunkSize} />
      {byDigest ? (
        <td className="layer-table-code" data-tip={layer.digest ?? ''}>
          {layer.digest === null ? '' : shortDigest(layer.digest)}
        </td>
      ) : (
        <LayerRange layer={layer} chunkSize={chunkSize} />
      )}
      <td className="layer-table-verdict" data-status={layer.status}>
        <CellSwatch kind={kind} />
        {kindWord(t, kind, true)}
      </td>
      <td data-status={layer.status}>
        <SentBar layer={layer} />
      </td>
      <td className="layer-table-right">
        <SentWords layer={layer} />
      </td>
      <td className="layer-table-right layer-table-secondary">
        {layer.status === 'uploading' && layer.rate > 0 ? formatRate(layer.rate) : ''}
      </td>
      <td className="layer-table-secondary">
        <LiveNote layer={layer} onRetryNow={onRetryNow} />
      </td>
    </>
  );
});
