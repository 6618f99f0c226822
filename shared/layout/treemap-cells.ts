import { hierarchy, treemap, treemapDice, treemapSquarify } from 'd3-hierarchy';
import { shortDigest } from '../format/digest.ts';
import type { ImageLayers, ImageName, RegistryImages, SharingImage } from '../models/sharing.ts';
import { imageKey, type TreemapPlace } from './treemap-place.ts';

/** What a cell stands for. */
export type TreemapSubject =
  | { readonly kind: 'image'; readonly image: SharingImage }
  | { readonly kind: 'layer'; readonly digest: string; readonly usedBy: number }
  /** Cells that would be too small to see, taken together. */
  | { readonly kind: 'rest'; readonly count: number };

/** A cell without its place in the picture. */
interface Leaf {
  readonly key: string;
  /** Lines that are written into it while they fit. */
  readonly lines: readonly string[];
  /** Packed bytes; the area. */
  readonly bytes: number;
  /** Of these, what nothing else needs; null = not counted. */
  readonly unique: number | null;
  readonly subject: TreemapSubject;
}

/** A heading over cells: a registry or a repository. */
interface Group {
  readonly key: string;
  readonly name: string;
  readonly place: TreemapPlace | null;
  readonly leaves: readonly Leaf[];
}

/** A rectangle in whole CSS px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A cell in its place. */
export interface TreemapCell extends Box, Leaf {}

/** A heading in its place; `place` is where it leads. */
export interface TreemapGroup extends Box, Omit<Group, 'leaves'> {}

/** A treemap, ready to be drawn. */
export interface Treemap {
  readonly groups: readonly TreemapGroup[];
  readonly cells: readonly TreemapCell[];
}

/** Cells beyond so many are taken together: none of them would be larger than its own edge. */
const MOST_CELLS = 240;
/** Height of a heading. CSS px */
const HEADING = 18;
const GROUP_GAP = 5;
const CELL_GAP = 2;
/** Up to so many groups stand side by side, as shelves do; more are packed. */
const SIDE_BY_SIDE = 4;

/** `sonoma` of `acme/macos/sonoma`. */
export function lastName(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}

/** `:16.2` of an image, or its short digest where it has no tag; `+2` for the other tags. */
export function tagWords({ tags, digest }: Pick<SharingImage, 'tags' | 'digest'>): string {
  const [first, ...rest] = tags;
  if (first === undefined) return `@${shortDigest(digest, 4)}`;
  return rest.length === 0 ? `:${first}` : `:${first} +${String(rest.length)}`;
}

/** The groups of cells of a place. `layers` are those of the image, where the place is one. */
function groupsOf(place: TreemapPlace, images: RegistryImages, layers: ImageLayers | null): readonly Group[] {
  if (place.kind === 'image') return [{ key: '', name: '', place: null, leaves: layerLeaves(place, layers) }];
  const registries = images.registries.filter(({ host }) => place.kind === 'all' || host === place.registry);
  if (place.kind === 'all') {
    return registries.map(({ host, repositories }) => ({
      key: host,
      name: host,
      place: { kind: 'registry', registry: host },
      leaves: repositories.flatMap((repository) =>
        repository.images.map((image) => imageLeaf(image, lastName(repository.repository))),
      ),
    }));
  }
  const repositories = registries.flatMap(({ host, repositories: all }) => all.map((one) => ({ host, ...one })));
  return repositories
    .filter(({ repository }) => place.kind === 'registry' || repository === place.repository)
    .map(({ host, repository, images: own }) => ({
      key: `${host}/${repository}`,
      name: place.kind === 'registry' ? repository : '',
      place: place.kind === 'registry' ? { kind: 'repository', registry: host, repository } : null,
      leaves: own.map((image) => imageLeaf(image, null)),
    }));
}

function imageLeaf(image: SharingImage, name: string | null): Leaf {
  return {
    key: imageKey(image),
    lines: name === null ? [tagWords(image)] : [name, tagWords(image)],
    bytes: image.packed,
    unique: image.unique,
    subject: { kind: 'image', image },
  };
}

function layerLeaves(name: ImageName, layers: ImageLayers | null): readonly Leaf[] {
  if (layers === null || imageKey(layers) !== imageKey(name)) return [];
  return layers.layers.map(({ digest, size, usedBy }) => ({
    key: digest,
    lines: [shortDigest(digest, 4)],
    bytes: size,
    unique: usedBy <= 1 ? size : 0,
    subject: { kind: 'layer', digest, usedBy },
  }));
}

/** Takes the smallest cells of a group together, beyond its fair share of the cells that a picture can have. */
function folded(group: Group, most: number): Group {
  if (group.leaves.length <= most) return group;
  const bySize = group.leaves.toSorted((one, other) => other.bytes - one.bytes);
  const rest = bySize.slice(most - 1);
  const sum = (of: (leaf: Leaf) => number): number => rest.reduce((total, leaf) => total + of(leaf), 0);
  const counted = rest.every(({ unique }) => unique !== null);
  return {
    ...group,
    leaves: [
      ...bySize.slice(0, most - 1),
      {
        key: `${group.key} rest`,
        lines: [],
        bytes: sum(({ bytes }) => bytes),
        unique: counted ? sum(({ unique }) => unique ?? 0) : null,
        subject: { kind: 'rest', count: rest.length },
      },
    ],
  };
}

interface Node {
  readonly group: Group | null;
  readonly leaf: Leaf | null;
  readonly children: readonly Node[];
}

function treeOf(groups: readonly Group[]): Node {
  const share = Math.max(4, Math.floor(MOST_CELLS / Math.max(1, groups.length)));
  return {
    group: null,
    leaf: null,
    children: groups
      .map((group) => folded(group, share))
      .map((group) => ({
        group,
        leaf: null,
        children: group.leaves.map((leaf) => ({ group: null, leaf, children: [] })),
      })),
  };
}

function boxOf(node: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }): Box {
  return { x: node.x0, y: node.y0, width: node.x1 - node.x0, height: node.y1 - node.y0 };
}

/** Lays a place out in a picture of `width` x `height` CSS px; the area of a cell is its packed size. */
export function treemapOf(
  place: TreemapPlace,
  images: RegistryImages,
  layers: ImageLayers | null,
  width: number,
  height: number,
): Treemap {
  const tree = treeOf(groupsOf(place, images, layers).filter(({ leaves }) => leaves.some(({ bytes }) => bytes > 0)));
  const sized = hierarchy(tree, ({ children }) => [...children])
    .sum(({ leaf }) => leaf?.bytes ?? 0)
    .sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  const named = tree.children.some(({ group }) => group?.name !== '');
  const laid = treemap<Node>()
    .size([width, height])
    .round(true)
    .tile((node, ...box) => {
      const shelves = node.depth === 0 && (node.children?.length ?? 0) <= SIDE_BY_SIDE;
      (shelves ? treemapDice : treemapSquarify)(node, ...box);
    })
    .paddingInner((node) => (node.depth === 0 ? GROUP_GAP : CELL_GAP))
    .paddingTop((node) => (node.depth === 1 && named ? HEADING : 0))(sized);
  const groups: TreemapGroup[] = [];
  const cells: TreemapCell[] = [];
  laid.each((node) => {
    const { group, leaf } = node.data;
    if (group !== null && group.name !== '') {
      groups.push({ key: group.key, name: group.name, place: group.place, ...boxOf(node), height: HEADING });
    }
    if (leaf !== null && leaf.bytes > 0) cells.push({ ...leaf, ...boxOf(node) });
  });
  return { groups, cells };
}

/** The cell next to another in a direction: the nearest one, those straight ahead before those aside. */
export function cellBeside(
  cells: readonly TreemapCell[],
  from: TreemapCell,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): TreemapCell | null {
  const across = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  const middle = (box: Box): readonly [number, number] => {
    const point = [box.x + box.width / 2, box.y + box.height / 2] as const;
    return across ? point : [point[1], point[0]];
  };
  const [ahead, aside] = middle(from);
  let best: TreemapCell | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const cell of cells) {
    const [cellAhead, cellAside] = middle(cell);
    const forward = (cellAhead - ahead) * sign;
    if (cell.key === from.key || forward <= 0.5) continue;
    const distance = forward + 2 * Math.abs(cellAside - aside);
    if (distance < least) [best, least] = [cell, distance];
  }
  return best;
}

/** Height of the part of a cell that only it has. Never lost in rounding, and never all of a cell that shares something. CSS px */
export function uniqueHeight({ bytes, unique, height }: Pick<TreemapCell, 'bytes' | 'unique' | 'height'>): number {
  if (unique === null || unique === 0) return 0;
  if (unique === bytes) return height;
  return Math.max(1, Math.min(height - 1, Math.round((unique / bytes) * height)));
}

/** The first lines of a cell that fit into it whole, so many of them; none where one would be cut. Lengths in CSS px. */
export function linesThatFit(
  cell: Pick<TreemapCell, 'width' | 'height'>,
  lines: readonly string[],
  widthOf: (text: string) => number,
  lineHeight = 14,
): readonly string[] {
  if (cell.width < 60 || cell.height < 36) return [];
  const fitting = lines.every((line) => widthOf(line) + 12 <= cell.width);
  return fitting ? lines.slice(0, Math.floor((cell.height - 6) / lineHeight)) : [];
}
