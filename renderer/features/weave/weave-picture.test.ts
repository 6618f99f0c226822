// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cellBox, layOutWeave } from '../../../shared/layout/weave-layout.ts';
import { drawnDisk, liveLayer, sampleLayers } from '../../../test/fixtures/window/samples.ts';
import { type CellLook, cellLook, chunksOf } from './weave-cells.ts';
import { createWeavePicture } from './weave-picture.ts';

const CHUNK = 512 * 1024 ** 2;
const LAYOUT = layOutWeave({ count: 261, width: 952, scale: 1, short: false });

/** A context that notes which rectangles are painted anew; everything else it takes and forgets. */
function notingContext(cleared: number[][]): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  const known: Record<string, unknown> = {
    canvas,
    clearRect: (...box: number[]) => cleared.push(box.slice(0, 2)),
    createPattern: () => null,
  };
  // Only the members that painting uses are ever read.
  return new Proxy(known, { get: (own, name) => own[String(name)] ?? (() => undefined) }) as never;
}

class SilentCanvas {
  getContext = () => notingContext([]);
  transferToImageBitmap = () => null;
}

function looks(uploading: ReadonlyMap<number, number>): CellLook[] {
  return chunksOf(sampleLayers(drawnDisk('200xu61xz'))).map((layer, chunk) => {
    const sent = uploading.get(chunk);
    return cellLook(liveLayer(layer, sent === undefined ? 'waiting' : 'uploading', { sent: sent ?? 0 }), CHUNK);
  });
}

describe('the live picture', () => {
  let cleared: number[][] = [];

  beforeEach(() => {
    cleared = [];
    vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
    // What is painted on a stamp is of no interest here.
    vi.stubGlobal('OffscreenCanvas', SilentCanvas);
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(notingContext(cleared));
  });

  it('paints the whole cloth once, then only the cells that change', () => {
    const picture = createWeavePicture(document.createElement('canvas'));
    picture.show(LAYOUT, looks(new Map()));
    expect(cleared).toEqual([[0, 0]]);
    cleared.length = 0;
    picture.show(
      LAYOUT,
      looks(
        new Map([
          [3, 1],
          [70, 1],
        ]),
      ),
    );
    const corner = (chunk: number) => [cellBox(LAYOUT, chunk).x, cellBox(LAYOUT, chunk).y];
    expect(cleared).toEqual([corner(3), corner(70)]);
    picture.close();
  });

  it('paints the whole cloth at once where most of its cells change', () => {
    const picture = createWeavePicture(document.createElement('canvas'));
    picture.show(LAYOUT, looks(new Map()));
    cleared.length = 0;
    picture.show(LAYOUT, looks(new Map(Array.from({ length: 200 }, (_, chunk) => [chunk, 1]))));
    expect(cleared).toEqual([[0, 0]]);
    picture.close();
  });

  it('does not paint a cell whose fill stays in the same eighth', () => {
    const picture = createWeavePicture(document.createElement('canvas'));
    picture.show(LAYOUT, looks(new Map([[3, 1]])));
    cleared.length = 0;
    picture.show(LAYOUT, looks(new Map([[3, 2]])));
    expect(cleared).toEqual([]);
    picture.close();
  });
});
