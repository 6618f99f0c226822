import { z } from 'zod';

/** Engine to lock helper. */
export const toLockHelperSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('lock'), config: z.string() }),
  z.object({ type: z.literal('release') }),
]);

/** Lock helper to engine. */
export const fromLockHelperSchema = z.discriminatedUnion('type', [
  /** Locked: the text of config.json, read through the locked descriptor. */
  z.object({ type: z.literal('locked'), config: z.string() }),
  /** Somebody else holds the lock: the VM runs, or another push reads it. */
  z.object({ type: z.literal('busy'), pid: z.number() }),
  /** fcntl cannot be called here; the config was read without a lock. */
  z.object({ type: z.literal('unsupported'), config: z.string() }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);

export type ToLockHelper = z.infer<typeof toLockHelperSchema>;
export type FromLockHelper = z.infer<typeof fromLockHelperSchema>;
