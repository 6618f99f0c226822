import { useCallback, useState } from 'react';
import type { z } from 'zod';

/**
 * What the window remembers of how it was arranged: widths, order of columns, open rows. Lies in the page's own storage in
 * the state folder; it is lost without harm.
 */
export function readMemory<Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(localStorage.getItem(name) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Remembers a value; storage that is full or closed is no reason to stop. */
export function writeMemory(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Arranged anew at the next start.
  }
}

/** A state that the window remembers under a name. */
export function useMemory<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  first: z.infer<Schema>,
): readonly [z.infer<Schema>, (change: (before: z.infer<Schema>) => z.infer<Schema>) => void] {
  const [value, setValue] = useState<z.infer<Schema>>(() => readMemory(name, schema) ?? first);
  const change = useCallback(
    (next: (before: z.infer<Schema>) => z.infer<Schema>) => {
      setValue((before: z.infer<Schema>) => {
        const after = next(before);
        writeMemory(name, after);
        return after;
      });
    },
    [name],
  );
  return [value, change];
}
