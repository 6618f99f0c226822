import { describe, expect, it } from 'vitest';
import { drawnDisk, liveLayer, sampleLayers } from '../../../test/fixtures/window/samples.ts';
import { CellTransitions } from './cell-transitions.ts';
import { type CellLook, cellLook, chunksOf } from './weave-cells.ts';

const CHUNK = 512 * 1024 ** 2;
const [layer] = chunksOf(sampleLayers(drawnDisk('u')));
if (layer === undefined) throw new Error('nothing drawn');

const waiting = cellLook(liveLayer(layer, 'waiting'), CHUNK);
const done = cellLook(liveLayer(layer, 'done'), CHUNK);
const filled = (fill: number): CellLook => ({ ...cellLook(liveLayer(layer, 'uploading'), CHUNK), fill });

describe('a cell on its way to another look', () => {
  it('cross-fades in 160 ms', () => {
    const cells = new CellTransitions();
    cells.start(7, waiting, done, 1000);
    const seen = [1000, 1080, 1160].map((ms) => [cells.advance(ms), cells.moment(7, done)]);
    expect(seen).toEqual([
      [[7], { look: done, from: waiting, progress: 0 }],
      [[7], { look: done, from: waiting, progress: 0.5 }],
      [[7], { look: done, from: null, progress: 1 }],
    ]);
    expect([cells.size, cells.advance(1200)]).toEqual([0, []]);
  });

  it('rises in 120 ms where only its fill is another, from where it stands', () => {
    const cells = new CellTransitions();
    cells.start(7, filled(0.25), filled(0.75), 1000);
    cells.advance(1060);
    expect(cells.moment(7, filled(0.75))).toEqual({ look: filled(0.5), from: null, progress: 0.5 });
    cells.advance(1120);
    expect(cells.moment(7, filled(0.75))).toEqual({ look: filled(0.75), from: null, progress: 1 });
  });
});
