/** Engine to lock helper: lock the VM whose config.json this is; or let go and end. */
export type ToLockHelper = { readonly type: 'lock'; readonly config: string } | { readonly type: 'release' };

/**
 * Lock helper to engine. This file holds types and constants only: the helper has to start in a moment, without the
 * schema library.
 */
export type FromLockHelper =
  /** Locked: the text of config.json, read through the locked descriptor. */
  | { readonly type: 'locked'; readonly config: string }
  /** Somebody else holds the lock: the VM runs, or another push reads it. 0 = the process could not be told. */
  | { readonly type: 'busy'; readonly pid: number }
  /** No lock can be had here (no libc, no perl, or a file system without locks); the config was read without. */
  | { readonly type: 'unsupported'; readonly config: string }
  /** `reason` is an errno name, `notFile` or `tooLarge`. */
  | { readonly type: 'failed'; readonly reason: string };

/** The helper's exit status after a signal: somebody wants the VM (`tart stop` and `tart suspend` signal the holder). */
export const WANTED_STATUS = 3;
