import { useEffect, useRef } from 'react';
import type { RegistryRow } from './tree-rows.ts';

/** A closed row opens after the pointer rested on it for this long. ms */
const SPRING_MS = 700;

/** Opens a closed row that the pointer rests on. It is told the row below the pointer; null = none. */
export function useSpring(
  onToggle: (keys: readonly string[], open: boolean) => void,
): (row: RegistryRow | null) => void {
  const resting = useRef<{ readonly key: string; readonly timer: ReturnType<typeof setTimeout> } | null>(null);
  const toggle = useRef(onToggle);
  useEffect(() => {
    toggle.current = onToggle;
  });
  useEffect(() => () => clearTimeout(resting.current?.timer), []);
  return (row) => {
    const key = row?.open === false ? row.key : null;
    if (resting.current?.key === key) return;
    clearTimeout(resting.current?.timer);
    resting.current = key === null ? null : { key, timer: setTimeout(() => toggle.current([key], true), SPRING_MS) };
  };
}
