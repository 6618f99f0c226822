import type { ErrorParams } from '../../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../../shared/errors/codes.ts';

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
}

/** One target's upload of the bytes that a task makes. */
export interface SinkSpec {
  readonly id: string;
  /** `pieces` = the buffered stream in pieces, each its own request; `body` = one request with the whole stream as body. */
  readonly mode: 'pieces' | 'body';
  readonly network: SinkNetwork;
}

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
      readonly range: FileRange;
      readonly runs: readonly FileRange[] | null;
    }
  | {
      readonly kind: 'encode';
      readonly path: string;
      readonly range: FileRange;
      readonly runs: readonly FileRange[] | null;
      /** `raw` = the bytes as they are (NVRAM). */
      readonly form: 'lz4' | 'raw';
      readonly sinks: readonly SinkSpec[];
      /** Bytes of a piece. */
      readonly pieceSize: number;
    };

/** What a task gives. Digests as `sha256:…`, sizes in bytes. `size` and `digest` are of the packed stream. */
export interface CodecResult {
  readonly rawDigest: string;
  readonly zero: boolean;
  readonly bytesRead: number;
  readonly digest: string;
  readonly size: number;
  /** False when every sink was dropped before the end: the digests are of what came before. */
  readonly complete: boolean;
}

/** Main thread to worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly id: number; readonly task: CodecTask }
  | { readonly type: 'directive'; readonly id: number; readonly sink: string; readonly directive: Directive }
  | { readonly type: 'cancel'; readonly id: number };

/** Worker to main thread. */
export type FromWorker =
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly raw: number;
      readonly read: number;
      readonly packed: number;
    }
  | { readonly type: 'piece'; readonly id: number; readonly sink: string; readonly piece: Piece }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly sink: string;
      readonly piece: Piece;
      readonly answer: SinkAnswer;
    }
  | { readonly type: 'done'; readonly id: number; readonly result: CodecResult }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly params: ErrorParams };
