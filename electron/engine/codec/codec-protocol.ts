import type { ErrorParams } from '../../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import type { FileState } from '../file-state.ts';

/** A range of a file in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** TLS and proxy choices for one origin. */
export interface SinkNetwork {
  /** PEM certificates trusted beside Node's own. */
  readonly ca: readonly string[];
  /** Proxy URL; null = direct. */
  readonly proxy: string | null;
  /** SHA-256 (hexadecimal) of a certificate that is taken although nobody vouches for it; null = none. */
  readonly exception: string | null;
  /** The name may not resolve to a private address: a public registry leads there. Behind a proxy the proxy resolves. */
  readonly publicOnly: boolean;
}

/** One target's upload of the bytes that a task makes. */
export type SinkSpec = RequestSinkSpec | FileSinkSpec;

/** A sink that sends requests. */
export interface RequestSinkSpec {
  readonly id: string;
  /**
   * `pieces` = the stream in buffered pieces, each its own request, each of which can be sent again; `body` = one request
   * with the whole stream as body, not buffered and not copied: after a fault only a new pass makes the bytes again.
   */
  readonly mode: 'pieces' | 'body';
  readonly network: SinkNetwork;
}

/** A sink that is a new file: the packed digest of the pass is that of the file, so nobody hashes it again. */
export interface FileSinkSpec {
  readonly id: string;
  readonly mode: 'file';
  /** Absolute. */
  readonly path: string;
}

/** What became of a file. */
export interface FileOutcome {
  readonly path: string;
  /** Bytes; on the disk unless there is a failure. */
  readonly written: number;
  /** Name of an errno, or `cancelled`; null = none. */
  readonly failure: string | null;
}

/**
 * Bytes of a body that the main thread allows at a time: so pause and the bandwidth limit hold for a body too. The next
 * allowance is asked for while the last is being used.
 */
export const ALLOWANCE = 4 * 1024 * 1024;

/** A request that is ready to be sent: the worker adds only the body. */
export interface ReadyRequest {
  readonly method: 'PATCH' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came back: an answer, or the code of a network error. */
export type SinkAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** ms that the network and the registry took: without the waits for the body's bytes. */
      readonly sentMs: number;
    }
  | { readonly kind: 'networkError'; readonly code: string };

/** A piece of the packed stream that wants to be sent. */
export interface Piece {
  /** First byte of the piece in the packed stream. */
  readonly start: number;
  readonly length: number;
  readonly final: boolean;
}

/** What the main thread decides for a sink. `from`: bytes of the piece that the server has already. */
export type Directive =
  | { readonly do: 'send'; readonly request: ReadyRequest; readonly from: number }
  | { readonly do: 'next' }
  | { readonly do: 'drop' };

/** What a worker does. */
export type CodecTask =
  | {
      readonly kind: 'hash';
      readonly path: string;
      /** What must still lie there when the last byte was read; null = whatever it is. */
      readonly state: FileState | null;
      readonly range: FileRange;
      readonly runs: readonly FileRange[] | null;
    }
  | {
      readonly kind: 'encode';
      readonly path: string;
      readonly state: FileState | null;
      readonly range: FileRange;
      readonly runs: readonly FileRange[] | null;
      /** `raw` = the bytes as they are (NVRAM). */
      readonly form: 'lz4' | 'raw';
      readonly sinks: readonly SinkSpec[];
      /** Bytes of a piece. */
      readonly pieceSize: number;
      /** ms for which a sink that takes nothing may hold up the others: see `EncodePass`. */
      readonly patience: number;
      /** Known where the packed digest is known too and tells as much: then the raw bytes are not hashed. */
      readonly rawDigest: string | null;
    };

/** What a task gives. Digests as `sha256:…`, sizes in bytes. `size` and `digest` are of the packed stream. */
export interface CodecResult {
  /** What hashing found, or the known one that the task was given. */
  readonly rawDigest: string;
  readonly zero: boolean;
  readonly bytesRead: number;
  readonly digest: string;
  readonly size: number;
  /** False when every sink was dropped before the end: the digests are of what came before. */
  readonly complete: boolean;
  /** ms that the worker was at work on it: reading, hashing, encoding; without its waits for the network. */
  readonly busyMs: number;
  /** ms of these in which bytes came from the disk, or from the page cache. */
  readonly readMs: number;
}

/** What a worker asks the main thread: each question gets one {@link Directive}. */
export type Question =
  /** May this piece (or, of a body, the whole stream) be sent, and with which request? `next` = into the file. */
  | { readonly about: 'piece'; readonly piece: Piece }
  /** What follows this answer? */
  | { readonly about: 'answer'; readonly piece: Piece; readonly answer: SinkAnswer }
  /** The file has all bytes, or failed. */
  | { readonly about: 'file'; readonly outcome: FileOutcome }
  /** May the next {@link ALLOWANCE} of a body or file go out? `next` = yes. */
  | { readonly about: 'allowance' };

/** Main thread to worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly id: number; readonly task: CodecTask }
  | { readonly type: 'directive'; readonly id: number; readonly asked: number; readonly directive: Directive }
  /** Nothing else is to be done: so many packed bytes may be made before the network takes them. */
  | { readonly type: 'ahead'; readonly id: number; readonly bytes: number }
  | { readonly type: 'cancel'; readonly id: number };

/** How far a task is. Bytes. */
export interface TaskProgress {
  /** Raw bytes done, holes included. */
  readonly raw: number;
  /** Bytes that came from the disk. */
  readonly read: number;
  /** Packed bytes made. */
  readonly packed: number;
  /** Packed bytes that the network has taken, or the file, by sink of mode `body` or `file`; a registry may have fewer. */
  readonly taken: Readonly<Record<string, number>>;
}

/** Worker to main thread. */
export type FromWorker =
  | { readonly type: 'progress'; readonly id: number; readonly progress: TaskProgress }
  | {
      readonly type: 'ask';
      readonly id: number;
      /** Number of the question within the task. */
      readonly asked: number;
      readonly sink: string;
      readonly question: Question;
    }
  /** All is read, hashed, encoded and taken: only answers are waited for, which needs no processor and no encoder. */
  | { readonly type: 'encoded'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly result: CodecResult }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly params: ErrorParams };
