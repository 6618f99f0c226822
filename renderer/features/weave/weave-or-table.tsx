import { type ReactElement, type ReactNode, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import '../../ui/controls.css';
import { Segments } from '../../ui/segments.tsx';
import { LayerTable } from './layer-table.tsx';
import { useLayerFocus } from './use-layer-focus.ts';
import { Weave } from './weave.tsx';
import { type CellKind, cellKind, isLive, type WeaveLayer } from './weave-cells.ts';
import { WeaveLegend } from './weave-legend.tsx';
import { kindWord } from './weave-words.ts';

/** An image as weave or as table, whichever the person chose. */
export interface WeaveOrTableProps {
  readonly layers: readonly WeaveLayer[];
  /** Raw bytes of a chunk. */
  readonly chunkSize: number;
  /** Names the picture for screen readers. */
  readonly label: string;
  /** Stands left of the switch. */
  readonly title: ReactNode;
  /** Stands between the head and the picture. */
  readonly note?: ReactNode;
}

const VIEWS = ['picture', 'table'] as const;
type View = (typeof VIEWS)[number];

/** The least height of the table, so that a small weave does not leave a slit. CSS px. */
const LEAST_TABLE = 160;

/** A weave with its legend, and behind a switch its twin in words, of the same height. */
export function WeaveOrTable({ layers, chunkSize, label, title, note }: WeaveOrTableProps): ReactElement {
  const { t } = useTranslation('weave');
  const [view, setView] = useState<View>('picture');
  const [filter, setFilter] = useState<CellKind | null>(null);
  const { highlighted, setHighlighted, marked, setMarked, revealed, open } = useLayerFocus();
  const [height, setHeight] = useState(LEAST_TABLE);
  const body = useRef<HTMLDivElement>(null);
  const live = layers.some(isLive);
  const shown = useMemo(
    () => (filter === null ? layers : layers.filter((layer) => layer.kind === 'disk' && cellKind(layer) === filter)),
    [layers, filter],
  );

  function turn(next: View): void {
    if (view === 'picture') setHeight(Math.max(LEAST_TABLE, body.current?.offsetHeight ?? 0));
    setView(next);
  }

  return (
    <section className="weave-or-table">
      <div className="weave-or-table-head">
        {title}
        <Segments label={t('view')} choices={VIEWS} value={view} words={(one) => t(one)} onChange={turn} />
      </div>
      {note}
      <div ref={body} className="weave-or-table-body" style={view === 'table' ? { height } : undefined}>
        {view === 'picture' ? (
          <>
            <Weave
              layers={layers}
              chunkSize={chunkSize}
              label={label}
              highlighted={highlighted}
              marked={marked}
              onMark={setMarked}
              onOpen={(index) => {
                setFilter(null);
                open(index);
                turn('table');
              }}
              onToggleTable={() => {
                turn('table');
              }}
            />
            <WeaveLegend
              layers={layers}
              form="two-line"
              filter={filter}
              onHighlight={setHighlighted}
              onFilter={(kind) => {
                setFilter(kind);
                if (kind !== null) turn('table');
              }}
            />
          </>
        ) : (
          <LayerTable
            layers={shown}
            chunkSize={chunkSize}
            label={t('layers')}
            columns={live ? 'live' : 'plan'}
            marked={marked}
            onMark={setMarked}
            revealed={revealed}
            empty={filter === null ? null : t('noLayers', { kind: kindWord(t, filter, live) })}
          />
        )}
      </div>
    </section>
  );
}
