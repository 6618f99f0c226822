import type { TagPattern } from '../../../shared/models/tag-edit.ts';

const DAY_MS = 86_400_000;

/** What was typed and chosen to pick tags by. */
export interface PickedBy {
  readonly name: string;
  readonly expression: boolean;
  readonly keep: string;
  readonly days: string;
  readonly keepShared: boolean;
}

/** Nothing is asked for yet. */
export const NOTHING_PICKED: PickedBy = { name: '', expression: false, keep: '', days: '', keepShared: true };

/** A count that was typed; null = it is none. */
export function numberOf(text: string): number | null {
  return /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** The pattern of what was typed, at a moment in ms since 1970; null = nothing is asked for, or a number is none. */
export function patternOf({ name, expression, keep, days, keepShared }: PickedBy, nowMs: number): TagPattern | null {
  const keepNewest = numberOf(keep);
  const age = numberOf(days);
  const wrong = (keep.trim() !== '' && keepNewest === null) || (days.trim() !== '' && age === null);
  const nothing = name.trim() === '' && keepNewest === null && age === null;
  if (wrong || nothing) return null;
  return {
    name: name.trim() === '' ? null : { kind: expression ? 'expression' : 'glob', text: name.trim() },
    keepNewest,
    olderThanMs: age === null ? null : Math.max(0, nowMs - age * DAY_MS),
    keepShared,
  };
}
