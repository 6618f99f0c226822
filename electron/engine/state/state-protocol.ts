/** A value that SQLite binds; bigint for integers beyond 53 bits. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** One statement of a write. */
export interface SqlStatement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** A row as SQLite answers it, by column name. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Why the state lives in memory only and is forgotten at the end of the process. */
export type MemoryReason =
  /** The database is damaged and another process has it open. */
  | 'damaged'
  /** A newer version of the program wrote it. */
  | 'newerSchema'
  /** The state folder cannot be used: no rights, a full disk, a lock that does not come free. */
  | 'unusable';

/** Where the state lives. */
export type StateMode =
  | { readonly kind: 'file' }
  | { readonly kind: 'memory'; readonly reason: MemoryReason; readonly detail: string };

/** What the state worker starts with. */
export interface StateWorkerData {
  readonly directory: string;
  /** The owner's clock at the start; ms since the epoch. */
  readonly nowMs: number;
}

/** From the owner to the worker. */
export type StateRequest =
  | { readonly kind: 'all'; readonly id: number; readonly sql: string; readonly params: readonly SqlValue[] }
  | { readonly kind: 'run'; readonly id: number; readonly statements: readonly SqlStatement[] }
  | { readonly kind: 'close'; readonly id: number };

/** From the worker to the owner. */
export type StateReply =
  | { readonly kind: 'opened'; readonly mode: StateMode }
  /** The state moved: to memory, or to a new database in place of a damaged one (`setAside` = its new name). */
  | { readonly kind: 'moved'; readonly mode: StateMode; readonly setAside: string | null }
  /** A write was left out: the disk is full. Its answer says that it changed nothing. */
  | { readonly kind: 'notWritten'; readonly message: string }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly SqlRow[] }
  /** Rows changed by each statement. */
  | { readonly kind: 'changes'; readonly id: number; readonly changes: readonly number[] }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: 'busy' | 'failed'; readonly message: string }
  | { readonly kind: 'closed'; readonly id: number };
