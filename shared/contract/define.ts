import type { z } from 'zod';
import type { ErrorCode } from '../errors/codes.ts';

/** One request: what goes in, what comes out, and which errors may come instead. */
export interface MethodDeclaration {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Beside these, every method may answer `input.invalid`, `cancelled` and `internal`. */
  readonly errors: readonly ErrorCode[];
}

/** Keeps the literal types of a method table. */
export function defineMethods<const Table extends Record<string, MethodDeclaration>>(table: Table): Table {
  return table;
}

/** Keeps the literal types of an event table: topic to payload schema. */
export function defineEvents<const Table extends Record<string, z.ZodType>>(table: Table): Table {
  return table;
}
