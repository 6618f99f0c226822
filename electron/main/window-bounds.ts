import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { makeFolder } from '../engine/make-folder.ts';
import { LEAST_SIZE } from './window-options.ts';

/** Where a window stood when it was last closed. */
export const windowStateSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(LEAST_SIZE.width),
  height: z.number().int().min(LEAST_SIZE.height),
  maximized: z.boolean(),
});
/** Where the window stood, in device-independent pixels. */
export type WindowState = z.infer<typeof windowStateSchema>;

const DEFAULT_SIZE = { width: 1440, height: 900 };
/** Least part of the title bar that has to be on a display, so that the window can be moved back. */
const GRAB = { width: 120, height: 20 };

function holdsTitleBar(display: Rectangle, window: Rectangle): boolean {
  const width = Math.min(display.x + display.width, window.x + window.width) - Math.max(display.x, window.x);
  return width >= GRAB.width && window.y >= display.y && window.y + GRAB.height <= display.y + display.height;
}

/**
 * Bounds to open with: the remembered ones if their title bar is on a display, else the default size, no larger than the
 * first display's work area.
 */
export function openingBounds(
  saved: WindowState | null,
  workAreas: readonly Rectangle[],
): { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number } {
  if (saved !== null && workAreas.some((area) => holdsTitleBar(area, saved))) {
    const { x, y, width, height } = saved;
    return { x, y, width, height };
  }
  const [first] = workAreas;
  if (first === undefined) return DEFAULT_SIZE;
  const fit = (wanted: number, room: number, least: number): number => Math.max(least, Math.min(wanted, room));
  return {
    width: fit(DEFAULT_SIZE.width, first.width, LEAST_SIZE.width),
    height: fit(DEFAULT_SIZE.height, first.height, LEAST_SIZE.height),
  };
}

/** Reads the remembered bounds; null when there are none or they make no sense. */
export async function readWindowState(file: string): Promise<WindowState | null> {
  try {
    return windowStateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Remembers bounds. A reader never sees half a file. */
export async function writeWindowState(file: string, state: WindowState): Promise<void> {
  await makeFolder(dirname(file));
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
