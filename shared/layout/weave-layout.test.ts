import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellBox, chunkAt, columnRows, columnX, groupOffsets, layOutWeave, rowOffsets } from './weave-layout.ts';

const GIB = 1024 ** 3;
const CHUNK = GIB / 2;

function summary(count: number, width: number, short = false): string {
  const { columns, rows, cell, density } = layOutWeave({ count, width, scale: 1, short });
  return `${String(columns)} a row, ${String(rows)} rows, ${String(cell.width)} x ${String(cell.height)} ${density}`;
}

describe('the wrapping of a weave', () => {
  it('takes the rows of the drawings', () => {
    expect({
      'sheet, 1000 wide, 187 chunks': summary(187, 952),
      'detail pane, 1440 wide': summary(187, 660),
      'detail pane, 2560 wide': summary(187, 1584),
      'drawer, 60 GB': summary(112, 992),
      'detail pane, 1100 wide': summary(187, 516),
    }).toEqual({
      'sheet, 1000 wide, 187 chunks': '64 a row, 3 rows, 12 x 16 normal',
      'detail pane, 1440 wide': '48 a row, 4 rows, 11 x 14 normal',
      'detail pane, 2560 wide': '96 a row, 2 rows, 13 x 18 roomy',
      'drawer, 60 GB': '64 a row, 2 rows, 12 x 16 normal',
      'detail pane, 1100 wide': '32 a row, 6 rows, 12 x 16 normal',
    });
  });

  it('gives small disks roomy cells and large disks or low drawers tight ones', () => {
    expect([summary(1, 952), summary(40, 952), summary(261, 952), summary(261, 952, true), summary(4000, 952)]).toEqual(
      [
        '16 a row, 1 rows, 14 x 18 roomy',
        '48 a row, 1 rows, 14 x 18 roomy',
        '64 a row, 5 rows, 12 x 16 normal',
        '64 a row, 5 rows, 8 x 11 tight',
        '64 a row, 63 rows, 8 x 11 tight',
      ],
    );
  });

  it('goes to the next lower density rather than over 8 rows', () => {
    expect(summary(380, 480)).toBe('32 a row, 12 rows, 8 x 11 tight');
  });

  it('names the offsets above the groups and at the row starts', () => {
    const layout = layOutWeave({ count: 112, width: 992, scale: 1, short: false });
    expect(groupOffsets(layout, CHUNK).map((label) => label.offset / GIB)).toEqual([0, 8, 16, 24]);
    expect(rowOffsets(layout, CHUNK).map((label) => label.offset / GIB)).toEqual([0, 32]);
  });

  it('ends the warp of a column in the last row that has a cell there', () => {
    const layout = layOutWeave({ count: 70, width: 952, scale: 1, short: false });
    expect([columnRows(layout, 0), columnRows(layout, 5), columnRows(layout, 6), columnRows(layout, 63)]).toEqual([
      2, 2, 1, 1,
    ]);
  });
});

const spaces = fc.record({
  count: fc.integer({ min: 1, max: 4500 }),
  width: fc.integer({ min: 260, max: 2600 }),
  scale: fc.constantFrom(1, 1.25, 1.5, 1.75, 2, 3),
  short: fc.boolean(),
});

describe('any weave', () => {
  it('finds each chunk under the middle of its cell', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, pick) => {
        const layout = layOutWeave(space);
        const chunk = pick % space.count;
        const box = cellBox(layout, chunk);
        expect(chunkAt(layout, box.x + box.width / 2, box.y + box.height / 2)).toBe(chunk);
      }),
    );
  });

  it('stands on whole device pixels and inside its own size', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, pick) => {
        const layout = layOutWeave(space);
        const box = cellBox(layout, pick % space.count);
        for (const edge of [box.x, box.y, box.x + box.width, box.y + box.height]) {
          expect(Math.abs(edge * space.scale - Math.round(edge * space.scale))).toBeLessThan(1e-6);
        }
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width + 1e-6);
        expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
      }),
    );
  });

  it('is never wider than its place, unless 16 tight cells are', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const layout = layOutWeave(space);
        expect(layout.width <= space.width || layout.columns === 16).toBe(true);
      }),
    );
  });

  it('keeps columns and groups under each other', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, pick) => {
        const layout = layOutWeave(space);
        const chunk = pick % space.count;
        expect(cellBox(layout, chunk).x).toBe(columnX(layout, chunk % layout.columns));
        expect([16, 32, 48, 64, 96, 128]).toContain(layout.columns);
      }),
    );
  });
});
