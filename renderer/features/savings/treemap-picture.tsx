import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cellBeside, type TreemapCell, type TreemapGroup, treemapOf } from '../../../shared/layout/treemap-cells.ts';
import { placeAbove, placeTowards, type TreemapPlace } from '../../../shared/layout/treemap-place.ts';
import { textWidth } from '../../ui/text-width.ts';
import type { RegistryTreemapProps } from './registry-treemap.tsx';
import { CellLabel, TreemapCellShape } from './treemap-cell.tsx';

/** The map itself: one tab stop, arrows go to the cell beside, Enter opens, Space chooses, Escape goes up. */
export function TreemapPicture(
  props: RegistryTreemapProps & { readonly width: number; readonly height: number },
): ReactElement {
  const { images, place, onPlace, layers, chosen, onChoose, layer, onLayer, width, height } = props;
  const { t } = useTranslation('savings');
  const own = useRef<SVGSVGElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const map = useMemo(() => treemapOf(place, images, layers, width, height), [place, images, layers, width, height]);
  const ownHost = images.registries.find(({ thisComputer }) => thisComputer)?.host;
  const stop = map.cells.find(({ key }) => key === current) ?? map.cells[0] ?? null;

  function focus(key: string): void {
    setCurrent(key);
    own.current?.querySelector<SVGElement>(`[data-cell="${CSS.escape(key)}"]`)?.focus();
  }

  /** Goes to a place and keeps the focus in the picture: what had it may be gone. */
  function goTo(next: TreemapPlace): void {
    onPlace(next);
    own.current?.focus();
  }

  function open(cell: TreemapCell): void {
    const { subject } = cell;
    if (subject.kind === 'image') goTo(placeTowards(place, subject.image));
    else if (subject.kind === 'layer') onLayer(subject.digest);
  }

  function choose(cell: TreemapCell): void {
    if (cell.subject.kind === 'image') onChoose(cell.subject.image);
  }

  function press(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'Escape' || key === 'Backspace') {
      const above = placeAbove(place);
      if (above === null) return;
      goTo(above);
    } else if (stop === null) return;
    else if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
      // On the picture itself: into it.
      const next = event.target === own.current ? stop : cellBeside(map.cells, stop, key);
      if (next !== null) focus(next.key);
    } else if (key === 'Home' || key === 'End') {
      const next = key === 'Home' ? map.cells[0] : map.cells.at(-1);
      if (next !== undefined) focus(next.key);
    } else if (key === 'Enter') open(stop);
    else if (key === ' ') choose(stop);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture has no field set
    <svg
      ref={own}
      className="treemap-picture"
      width={width}
      height={height}
      role="group"
      aria-label={t('mapOf')}
      tabIndex={-1}
      onKeyDown={press}
    >
      {map.cells.length === 0 && (
        // The picture stays while layers are read, and with it the focus.
        <text className="chart-figure" x={0} y={16}>
          {place.kind === 'image' ? t('readingLayers') : t('noImages')}
        </text>
      )}
      {map.groups.map((group) => (
        <TreemapHeading
          key={group.key}
          group={group}
          name={group.key === ownHost ? t('thisComputer') : group.name}
          onPlace={goTo}
        />
      ))}
      {map.cells.map((cell) => (
        <TreemapCellShape
          key={cell.key}
          cell={cell}
          stop={cell.key === stop?.key}
          chosen={chosen.has(cell.key) || (cell.subject.kind === 'layer' && cell.subject.digest === layer)}
          onFocus={() => setCurrent(cell.key)}
          onPress={(event) => {
            if (event.ctrlKey || event.metaKey) choose(cell);
            else open(cell);
          }}
        />
      ))}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: letters take no focus */}
      <g aria-hidden="true">
        {map.cells.map((cell) => (
          <CellLabel key={cell.key} cell={cell} />
        ))}
      </g>
    </svg>
  );
}

/** The name above the cells of one registry or repository; a press goes there. */
function TreemapHeading(props: {
  readonly group: TreemapGroup;
  readonly name: string;
  readonly onPlace: (place: TreemapPlace) => void;
}): ReactElement {
  const { group, name, onPlace } = props;
  const { place, x, y, width } = group;
  const shown = textWidth(name, 12) + 2 <= width ? name : '';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the way above the picture leads there with the keyboard
    <g
      className="treemap-heading"
      data-tip={name}
      onClick={() => {
        if (place !== null) onPlace(place);
      }}
    >
      <rect className="chart-hit" x={x} y={y} width={width} height={16} />
      <text className="chart-figure" x={x} y={y + 12}>
        {shown}
      </text>
    </g>
  );
}
