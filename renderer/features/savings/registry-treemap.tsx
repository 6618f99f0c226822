import { ChevronRight } from 'lucide-react';
import { Fragment, type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import {
  cellBeside,
  type TreemapCell,
  type TreemapGroup,
  tagWords,
  treemapOf,
} from '../../../shared/layout/treemap-cells.ts';
import { findImage, placeAbove, placeTowards, type TreemapPlace, wayTo } from '../../../shared/layout/treemap-place.ts';
import type { ImageLayers, ImageName, RegistryImages } from '../../../shared/models/sharing.ts';
import { textWidth } from '../../ui/text-width.ts';
import { useElementSize } from '../weave/use-element-size.ts';
import { SharedSwatch, UniqueSwatch } from './chart-patterns.tsx';
import { CellLabel, TreemapCellShape } from './treemap-cell.tsx';
import { TreemapTable } from './treemap-table.tsx';
import { type ChartView, ViewSwitch } from './view-switch.tsx';

/** CSS px: of the picture, where there is more room, and from which width on. */
const HEIGHT = 276;
const MORE_HEIGHT = 400;
const WIDE = 900;

/** See {@link RegistryTreemap}. */
export interface RegistryTreemapProps {
  readonly images: RegistryImages;
  readonly place: TreemapPlace;
  readonly onPlace: (place: TreemapPlace) => void;
  /** Layers of the image that the place is; null while they are read. */
  readonly layers: ImageLayers | null;
  /** Images whose removal is considered, by key. */
  readonly chosen: ReadonlyMap<string, ImageName>;
  readonly onChoose: (image: ImageName) => void;
  /** A layer, to see what else uses it. */
  readonly layer: string | null;
  readonly onLayer: (digest: string) => void;
}

/**
 * What fills the registries: cells by packed size, unique bytes solid from below. A press goes one step down: registry,
 * repository, tag, layer; Ctrl, ⌘ or Space choose images; Escape goes up.
 */
export function RegistryTreemap(props: RegistryTreemapProps): ReactElement {
  const { images, place, onPlace } = props;
  const { t } = useTranslation('savings');
  const [view, setView] = useState<ChartView>('picture');
  const box = useRef<HTMLDivElement>(null);
  const width = useElementSize(box)?.width ?? 660;
  const height = width < WIDE ? HEIGHT : MORE_HEIGHT;
  return (
    <section className="savings-section" aria-label={t('whatFills')}>
      <div className="savings-head">
        <h2>{t('whatFills')}</h2>
        <ul className="savings-legend">
          <li>
            <UniqueSwatch />
            {t('unique')}
          </li>
          <li>
            <SharedSwatch />
            {t('sharedWithAnother')}
          </li>
        </ul>
        <ViewSwitch view={view} picture={t('map')} label={t('viewOf', { name: t('whatFills') })} onView={setView} />
      </div>
      <Way place={place} images={images} onPlace={onPlace} />
      <div ref={box} className="treemap" style={{ height }}>
        {view === 'picture' ? <Picture {...props} width={width} height={height} /> : <TreemapTable {...props} />}
      </div>
    </section>
  );
}

/** `All registries › ghcr.io › acme/sonoma › :14.4.1`; at the top it says what is stored. */
function Way(props: {
  readonly place: TreemapPlace;
  readonly images: RegistryImages;
  readonly onPlace: (place: TreemapPlace) => void;
}): ReactElement {
  const { place, images, onPlace } = props;
  const { t } = useTranslation('savings');
  const words = (step: TreemapPlace): string => {
    switch (step.kind) {
      case 'all':
        return t('allRegistries');
      case 'registry': {
        const own = images.registries.find(({ host }) => host === step.registry)?.thisComputer === true;
        return own ? t('thisComputer') : step.registry;
      }
      case 'repository':
        return step.repository;
      case 'image':
        return tagWords(findImage(images, step) ?? { tags: [], digest: step.digest });
    }
  };
  const way = wayTo(place);
  return (
    <nav className="treemap-way" aria-label={t('way')}>
      {way.map((step, at) => (
        <Fragment key={words(step)}>
          {at > 0 && <ChevronRight size={12} strokeWidth={1.75} aria-hidden="true" />}
          {at === way.length - 1 ? (
            <span aria-current="location">{words(step)}</span>
          ) : (
            <Button className="row-link" onPress={() => onPlace(step)}>
              {words(step)}
            </Button>
          )}
        </Fragment>
      ))}
      <span className="space" />
      {place.kind === 'all' && images.stored !== null && (
        <span className="savings-head-note">
          {t('storedOnce', { stored: formatBytes(images.stored), counted: formatBytes(images.counted) })}
        </span>
      )}
      {images.unread > 0 && (
        <span className="savings-head-note" data-tip={t('unreadTip')}>
          {t('unread', { count: images.unread })}
        </span>
      )}
    </nav>
  );
}

function Picture(props: RegistryTreemapProps & { readonly width: number; readonly height: number }): ReactElement {
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
        <Heading
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

function Heading(props: {
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
