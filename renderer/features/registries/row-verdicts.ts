import type { Cargo } from '../drag/cargo.ts';
import type { Drag } from '../drag/drag-store.ts';
import { type DropVerdict, dropVerdict } from '../drag/drop-verdict.ts';
import { placeOfRow } from './row-place.ts';
import type { RegistryRow } from './tree-rows.ts';

/** How a row looks while something is carried: a value of `data-drop`. */
export type RowMark = 'source' | 'refused' | 'over' | 'target';

/** What dropping on a row would do; null while nothing is carried. */
export function judgeRow(row: RegistryRow, drag: Drag | null): DropVerdict | null {
  if (drag === null) return null;
  return dropVerdict(drag.cargo, placeOfRow(row, drag.cargo).target, { registry: row.registry, prices: drag.prices });
}

/** Whether a row can be aimed at with the keyboard. */
export function canTake(row: RegistryRow, drag: Drag | null): boolean {
  return isTargetRow(row, drag?.cargo) && judgeRow(row, drag)?.kind !== 'refused';
}

/** How a row is marked; undefined where it stands for another, and while nothing is carried. */
export function markOfRow(row: RegistryRow, drag: Drag | null): RowMark | undefined {
  const verdict = judgeRow(row, drag);
  if (verdict === null || !isTargetRow(row, drag?.cargo)) return undefined;
  if (verdict.kind === 'refused') return verdict.why === 'source' ? 'source' : 'refused';
  return drag?.over?.rowKey === row.key ? 'over' : 'target';
}

/** What a row says at its right; null where it has nothing to say. */
export function toldVerdict(row: RegistryRow, drag: Drag | null): DropVerdict | null {
  const verdict = judgeRow(row, drag);
  if (verdict === null || !isTargetRow(row, drag?.cargo)) return null;
  // A registry and a digest say it when they are aimed at: their repositories say it always.
  const always = row.kind === 'repository' || row.kind === 'newRepository';
  return always || drag?.over?.rowKey === row.key ? verdict : null;
}

/** Rows that light up by themselves; others stand for one of them. */
function isTargetRow(row: RegistryRow, cargo: Cargo | undefined): boolean {
  return (
    row.kind === 'registry' ||
    row.kind === 'repository' ||
    row.kind === 'newRepository' ||
    (row.kind === 'group' && cargo?.kind === 'vm')
  );
}
