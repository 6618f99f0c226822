import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { type MenuPlace, pointerPlace, rowMenuPlace } from '../../ui/menu-place.ts';
import { revealRow } from '../../ui/reveal-row.ts';
import { stepInRows } from '../../ui/row-steps.ts';
import { LiveCells, PlanCells } from './layer-cells.tsx';
import './layer-table.css';
import { offsetUnit } from '../../../shared/format/disk-offset.ts';
import { remPx } from '../../ui/text-width.ts';
import { useRowWindow } from './use-row-window.ts';
import { isLive, type WeaveLayer } from './weave-cells.ts';

/** Layers as rows: the twin of the weave in words. */
export interface LayerTableProps {
  /** In the order they are shown. */
  readonly layers: readonly WeaveLayer[];
  readonly chunkSize: number;
  readonly label: string;
  /** `copied` = live, of an image without a disk: the digest stands in place of the range. */
  readonly columns: 'plan' | 'live' | 'copied';
  /** `layer.index` of the marked row. */
  readonly marked?: number | null;
  readonly onMark?: ((index: number | null) => void) | undefined;
  /** A new object scrolls its row into sight. */
  readonly revealed?: { readonly index: number } | null;
  /** Live columns: a layer that waits for its next try is tried at once. */
  onRetryNow?: (() => void) | undefined;
  /** ⌘C on a marked row: its whole layer digest. */
  readonly onCopy?: ((text: string) => void) | undefined;
  /** The menu of a row, by the pointer or the menu key. */
  readonly onMenu?: ((layer: WeaveLayer, place: MenuPlace) => void) | undefined;
  /** Shown in place of the rows when there are none. */
  readonly empty?: ReactNode;
}

/** Height of a row, in rem. */
const ROW_REM = 26 / 16;

const PLAN_HEADS = ['number', 'rawRange', 'origin', 'verdict', 'size', 'digest', 'reason'] as const;
const LIVE_HEADS = ['number', 'range', 'status', 'progress', 'sent', 'speed', 'note'] as const;
const COPIED_HEADS = ['number', 'contentDigest', 'status', 'progress', 'sent', 'speed', 'note'] as const;
const HEADS = { plan: PLAN_HEADS, live: LIVE_HEADS, copied: COPIED_HEADS } as const;
const HEAD_CLASSES: Readonly<Record<string, string>> = {
  number: 'layer-table-right',
  size: 'layer-table-right',
  sent: 'layer-table-right',
  speed: 'layer-table-right',
  digest: 'layer-table-digest',
};

/** The twin of the weave in words: one row a layer, config first and NVRAM last; only rows in sight are rendered. */
export function LayerTable(props: LayerTableProps): ReactElement {
  const { layers, chunkSize, label, columns, marked = null, revealed = null } = props;
  const { onMark, onRetryNow, onCopy, onMenu, empty } = props;
  const { t } = useTranslation('weave');
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const height = ROW_REM * remPx();
  const { first, last, before, after } = useRowWindow(scroller, layers.length, height);
  const markedRow = marked === null ? -1 : layers.findIndex((layer) => layer.index === marked);

  // The head stays in sight above the rows.
  const reveal = (row: number): void => revealRow(scroller.current, row, height, height);

  useEffect(() => {
    if (revealed !== null) reveal(layers.findIndex((layer) => layer.index === revealed.index));
    // Only a new wish scrolls, not a change of the rows under it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [revealed]);

  function menu(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest('.layer-table-row') : null;
    const at = Number(row?.getAttribute('aria-rowindex') ?? markedRow + 2) - 2;
    const layer = layers[at];
    if (layer === undefined || onMenu === undefined) return;
    event.preventDefault();
    const list = row === null ? scroller.current : null;
    // The head stands above the rows.
    onMenu(layer, list === null ? pointerPlace(event) : rowMenuPlace(list, (at + 2) * height));
  }

  function press(event: KeyboardEvent): void {
    const digest = layers[markedRow]?.digest ?? null;
    if (event.key === 'c' && (event.metaKey || event.ctrlKey) && digest !== null && onCopy !== undefined) {
      onCopy(digest);
      event.preventDefault();
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 2);
    const row = event.altKey ? null : stepInRows(event.key, markedRow, layers.length, page);
    if (row === null) return;
    onMark?.(layers[row]?.index ?? null);
    reveal(row);
    event.preventDefault();
  }

  return (
    <div ref={scroller} className={`layer-table layer-table-${columns}`}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are marked with the arrow keys, as in a grid
        role="grid"
        aria-label={label}
        aria-rowcount={layers.length + 1}
        aria-activedescendant={markedRow >= first && markedRow < last ? `${id}-${String(marked)}` : undefined}
        tabIndex={0}
        onKeyDown={press}
        onContextMenu={menu}
        onPointerLeave={() => onMark?.(null)}
      >
        <LayerTableHead columns={columns} unit={t(`unit.${offsetUnit(chunkSize).name}`)} />
        <tbody style={{ paddingBlock: `${String(before)}px ${String(after)}px` }}>
          {layers.slice(first, last).map((layer, place) => (
            <tr
              key={layer.index}
              id={`${id}-${String(layer.index)}`}
              className="layer-table-row"
              aria-rowindex={first + place + 2}
              aria-selected={layer.index === marked}
              onPointerEnter={() => onMark?.(layer.index)}
            >
              {columns !== 'plan' && isLive(layer) ? (
                <LiveCells
                  layer={layer}
                  chunkSize={chunkSize}
                  byDigest={columns === 'copied'}
                  onRetryNow={onRetryNow}
                />
              ) : (
                <PlanCells layer={layer} chunkSize={chunkSize} />
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {layers.length === 0 && <div className="layer-table-empty">{empty}</div>}
    </div>
  );
}

interface LayerTableHeadProps {
  readonly columns: LayerTableProps['columns'];
  readonly unit: string;
}

function LayerTableHead({ columns, unit }: LayerTableHeadProps): ReactElement {
  const { t } = useTranslation('weave');
  return (
    <thead>
      <tr className="layer-table-head" aria-rowindex={1}>
        {HEADS[columns].map((head) => (
          <th key={head} scope="col" className={HEAD_CLASSES[head]}>
            {head === 'progress' ? (
              <span className="visually-hidden">{t('column.progress')}</span>
            ) : (
              t(`column.${head === 'contentDigest' ? 'digest' : head}`, { unit })
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}
