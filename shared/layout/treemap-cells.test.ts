import { describe, expect, it } from 'vitest';
import { sampleImage, sampleImages, sampleLayersOf } from '../../test/fixtures/window/sharing-samples.ts';
import { cellBeside, linesThatFit, type Treemap, treemapOf } from './treemap-cells.ts';
import { EVERYWHERE, imageKey, placeAbove, placeTowards, standingPlace, type TreemapPlace } from './treemap-place.ts';

const XCODE = sampleImage('acme.internal:5000/macos/xcode:16.2', 34.8e9, 6.1e9);
const SONOMA = sampleImage('acme.internal:5000/macos/sonoma:14.4.1', 30.9e9, 2.4e9);
const OLDER = sampleImage('acme.internal:5000/macos/sonoma:14.3', 29.8e9, 4.4e9);
const SEQUOIA = sampleImage('ghcr.io/acme/sequoia:15.1', 30.6e9, 30.6e9);
const IMAGES = sampleImages([XCODE, SONOMA, OLDER, SEQUOIA]);
const SIZE = [640, 276] as const;

const area = ({ width, height }: { width: number; height: number }): number => width * height;
const lines = (map: Treemap): readonly string[] => map.cells.map((cell) => cell.lines.join(''));
const REGISTRY: TreemapPlace = { kind: 'registry', registry: 'acme.internal:5000' };
const REPOSITORY: TreemapPlace = { ...REGISTRY, kind: 'repository', repository: 'macos/sonoma' };

describe('the map of what fills the registries', () => {
  it('shows images under their registry, each as large as its packed size', () => {
    const map = treemapOf(EVERYWHERE, IMAGES, null, ...SIZE);
    expect(map.groups.map(({ name, y }) => [name, y])).toEqual([
      ['acme.internal:5000', 0],
      ['ghcr.io', 0],
    ]);
    expect(lines(map).toSorted()).toEqual(['sequoia:15.1', 'sonoma:14.3', 'sonoma:14.4.1', 'xcode:16.2']);
    const bytesOfPixel = map.cells.map((cell) => cell.bytes / area(cell));
    expect(Math.max(...bytesOfPixel) / Math.min(...bytesOfPixel)).toBeLessThan(1.05);
    for (const { x, y, width, height } of map.cells) {
      expect([x, y, width, height].every(Number.isInteger)).toBe(true);
      expect(x >= 0 && y >= 18 && x + width <= SIZE[0] && y + height <= SIZE[1]).toBe(true);
    }
  });

  it('goes down to registry, repository, image and layers, and up again', () => {
    expect(treemapOf(REGISTRY, IMAGES, null, ...SIZE).groups.map(({ name }) => name)).toEqual([
      'macos/sonoma',
      'macos/xcode',
    ]);
    expect(lines(treemapOf(REPOSITORY, IMAGES, null, ...SIZE))).toEqual([':14.4.1', ':14.3']);
    const image = placeTowards(REPOSITORY, SONOMA);
    const layers = treemapOf(image, IMAGES, sampleLayersOf(SONOMA), ...SIZE);
    expect(layers.cells.map(({ bytes, unique }) => [bytes, unique])).toEqual([
      [28.5e9, 0],
      [2.4e9, 2.4e9],
    ]);
    // Layers of another image, which were asked for before, are not drawn as this one's.
    expect(treemapOf(image, IMAGES, sampleLayersOf(XCODE), ...SIZE).cells).toEqual([]);
    expect([placeTowards(EVERYWHERE, SONOMA), placeTowards(REGISTRY, SONOMA)]).toEqual([REGISTRY, REPOSITORY]);
    expect([placeAbove(image), placeAbove(REPOSITORY), placeAbove(REGISTRY), placeAbove(EVERYWHERE)]).toEqual([
      REPOSITORY,
      REGISTRY,
      EVERYWHERE,
      null,
    ]);
  });

  it('stays where something is left when an image or its repository goes', () => {
    const image = placeTowards(REPOSITORY, SONOMA);
    expect(standingPlace(image, IMAGES)).toEqual(image);
    expect(standingPlace(image, sampleImages([XCODE, OLDER, SEQUOIA]))).toEqual(REPOSITORY);
    expect(standingPlace(image, sampleImages([XCODE, SEQUOIA]))).toEqual(REGISTRY);
    expect(standingPlace(image, sampleImages([SEQUOIA]))).toEqual(EVERYWHERE);
  });

  it('takes images that would be too small to see together, and loses none of their bytes', () => {
    const many = Array.from({ length: 1000 }, (_, at) => sampleImage(`ghcr.io/acme/many:${String(at)}`, 1e6 + at, 10));
    const map = treemapOf(EVERYWHERE, sampleImages(many), null, ...SIZE);
    const rest = map.cells.find(({ subject }) => subject.kind === 'rest');
    expect(map.cells).toHaveLength(240);
    expect(rest).toMatchObject({ unique: 7610, subject: { kind: 'rest', count: 761 } });
    expect(map.cells.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
      many.reduce((sum, { packed }) => sum + packed, 0),
    );
  });

  it('is walked with the arrows: every cell can be reached, and none leads out', () => {
    const { cells } = treemapOf(EVERYWHERE, IMAGES, null, ...SIZE);
    const [first] = cells;
    if (first === undefined) throw new Error('there are cells');
    const reached = new Set([first.key]);
    const open = [first];
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const) {
        const next = cellBeside(cells, cell, key);
        if (next === null || reached.has(next.key)) continue;
        reached.add(next.key);
        open.push(next);
      }
    }
    expect(reached).toEqual(new Set([XCODE, SONOMA, OLDER, SEQUOIA].map(imageKey)));
    const leftmost = cells.toSorted((one, other) => one.x - other.x)[0] ?? first;
    expect(cellBeside(cells, leftmost, 'ArrowLeft')).toBeNull();
  });

  it('writes into a cell only what fits whole', () => {
    const wide = (text: string): number => text.length * 7;
    const words = ['xcode', ':16.2', '34.8 GB'];
    expect(linesThatFit({ width: 100, height: 100 }, words, wide)).toEqual(words);
    expect(linesThatFit({ width: 100, height: 40 }, words, wide)).toEqual(['xcode', ':16.2']);
    expect(linesThatFit({ width: 58, height: 100 }, words, wide)).toEqual([]);
    expect(linesThatFit({ width: 60, height: 100 }, [...words, 'longer than it'], wide)).toEqual([]);
  });
});
