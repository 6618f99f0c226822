import { AppError } from '../../../shared/errors/app-error.ts';
import type { RequestSinkSpec } from '../codec/codec-protocol.ts';
import { answerError, isPassing } from './answer-error.ts';
import { pushScope } from './auth/scopes.ts';
import { ATTEMPTS } from './backoff.ts';
import type { HostProfile } from './hosts/host-profile.ts';
import type { UploadModes } from './hosts/upload-modes.ts';
import { mayLeadTo } from './loopback.ts';
import { PASSING_STATUSES, type Requester } from './requester.ts';

const ABANDON_MS = 2000;

/** A piece of the blob that is to be sent. Bytes. */
export interface UploadPiece {
  readonly start: number;
  readonly length: number;
  readonly final: boolean;
}

/** What a worker saw. */
export type UploadAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'networkError'; readonly code: string };

/** A request that needs only its body. */
export interface UploadRequest {
  readonly method: 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What follows an answer: the next piece, or this piece again from a byte that the server lacks. */
export type UploadStep =
  | { readonly do: 'next' }
  | { readonly do: 'send'; readonly request: UploadRequest; readonly from: number };

/** Who asks to wait or to sign in is not asked to delete a session besides. */
const ASKS_NO_MORE: ReadonlySet<string> = new Set([
  'registry.rateLimited',
  'registry.unavailable',
  'auth.required',
  'auth.unauthorized',
]);

/** The session is gone or the mode does not work: a new session starts the blob again from byte 0. */
export class UploadLost extends Error {
  readonly error: AppError;
  /** How long the registry asks to wait, in ms; null = it says nothing. */
  readonly retryAfter: number | null;

  constructor(error: AppError, retryAfter: number | null = null) {
    super(error.code);
    this.error = error;
    this.retryAfter = retryAfter;
  }

  /** Whether the registry, which may hold the session still, is told now that it is given up. */
  get mayBeDeleted(): boolean {
    return !ASKS_NO_MORE.has(this.error.code);
  }
}

/** Whether an answer says that the host does not take uploads of this form. */
function refusesMode(status: number, body: string): boolean {
  return status === 411 || status === 413 || status === 416 || (status === 400 && /SIZE|RANGE|LENGTH/i.test(body));
}

/**
 * One open upload session of one blob. It sends no body itself: workers do, with the requests made here, and report what
 * came back. It decides: on to the next piece, the rest of this one again, or lost.
 */
export class UploadSession {
  readonly #requester: Requester;
  readonly #repository: string;
  /** How the bytes go out. */
  readonly mode: HostProfile['uploadMode'];
  readonly #modes: UploadModes;
  readonly #signal: AbortSignal;
  #location: string;
  #attempt = 1;
  #authorization: string | undefined;
  #reauthorized = false;
  #whole: { readonly digest: string; readonly size: number } | null = null;
  /** Bytes that the server has acknowledged. */
  acknowledged = 0;
  /** The blob is committed. */
  committed = false;

  constructor(
    requester: Requester,
    repository: string,
    mode: { readonly uploadMode: HostProfile['uploadMode']; readonly modes: UploadModes },
    location: string,
    signal: AbortSignal,
  ) {
    this.#requester = requester;
    this.#repository = repository;
    this.mode = mode.uploadMode;
    this.#modes = mode.modes;
    this.#signal = signal;
    this.#location = location;
  }

  get #scopes(): readonly string[] {
    return [pushScope(this.#repository)];
  }

  /** `scheme://host[:port]` that the bytes go to: not always the registry's own. */
  get origin(): string {
    return new URL(this.#location).origin;
  }

  /** How a worker has to send the bytes. */
  async sink(id: string): Promise<RequestSinkSpec> {
    const network = await this.#requester.transport.network(this.origin);
    return { id, mode: this.mode === 'chunks' ? 'pieces' : 'body', network };
  }

  /** Names digest and size before the body is sent: a `mono` upload needs both. */
  announce(digest: string, size: number): void {
    this.#whole = { digest, size };
  }

  /** The request for a piece, or (modes `stream` and `mono`) for the whole body. */
  async requestFor(piece: UploadPiece, from = 0): Promise<UploadRequest> {
    await this.#requester.untilUnpaused(this.#signal);
    const authorization = await this.#requester.authorization(this.#location, this.#scopes, this.#signal);
    this.#authorization = authorization['authorization'];
    const headers: Record<string, string> = { 'content-type': 'application/octet-stream', ...authorization };
    switch (this.mode) {
      case 'chunks':
        headers['content-range'] = `${piece.start + from}-${piece.start + piece.length - 1}`;
        headers['content-length'] = String(piece.length - from);
        return { method: 'PATCH', url: this.#location, headers };
      case 'stream':
        if (this.#whole !== null) headers['content-length'] = String(this.#whole.size);
        return { method: 'PATCH', url: this.#location, headers };
      case 'mono': {
        if (this.#whole === null) throw new AppError('internal', { message: 'a whole upload needs its size' });
        headers['content-length'] = String(this.#whole.size);
        return { method: 'PUT', url: this.#closing(this.#whole.digest), headers };
      }
    }
  }

  #closing(digest: string): string {
    return `${this.#location}${this.#location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  }

  #follow(headers: Readonly<Record<string, string>>): void {
    const location = headers['location'];
    if (location !== undefined) this.#location = resolveLocation(this.#requester.host, this.#location, location);
  }

  /**
   * Judges what came back for a piece.
   *
   * @throws UploadLost start again; AppError what no new session would mend
   */
  async onAnswer(piece: UploadPiece, answer: UploadAnswer): Promise<UploadStep> {
    if (answer.kind === 'networkError') {
      return await this.#afterFault(piece, this.#requester.transport.faultAt(this.#location, answer.code), null);
    }
    const { status } = answer;
    if (status === 201 || status === 202 || status === 204) {
      this.#follow(answer.headers);
      this.acknowledged = this.mode === 'mono' ? (this.#whole?.size ?? 0) : piece.start + piece.length;
      if (this.mode === 'mono') this.committed = true;
      this.#attempt = 1;
      this.#reauthorized = false;
      return { do: 'next' };
    }
    const error = answerError(this.#requester.host, 'PATCH', this.#location, answer);
    // Only the registry itself may ask for a sign-in, not where it sends the bytes.
    const own = this.origin === (await this.#requester.origin(this.#signal));
    if (status === 401 && own && !this.#reauthorized) {
      this.#reauthorized = true;
      const refused = { ...answer, url: this.#location, bytes: new Uint8Array() };
      this.#requester.authorizer.take(refused, this.#authorization, this.#scopes);
      if (this.mode !== 'chunks') throw new UploadLost(error);
      return { do: 'send', request: await this.requestFor(piece), from: 0 };
    }
    if (status === 401 && own) this.#requester.authorizer.refuse(this.#authorization);
    if (status === 404) throw new UploadLost(error);
    if (status === 416 && this.mode === 'chunks' && this.#modes.rangeRefused() === 'resynchronize') {
      return await this.#resume(piece, error, null);
    }
    if (refusesMode(status, answer.body)) {
      if (this.#modes.refuse(this.mode, status)) throw new UploadLost(error);
      throw error;
    }
    if (error.code !== 'registry.full' && PASSING_STATUSES.has(status)) {
      return await this.#afterFault(piece, error, this.#requester.retryAfter(answer.headers));
    }
    // Damaged on the way, if the bytes are what they were: the pass that follows finds out.
    if (error.code === 'blob.digestMismatch') throw new UploadLost(error);
    throw error;
  }

  /** After a fault whose outcome is unknown: wait, ask the server what it has, go on from there. */
  async #afterFault(piece: UploadPiece, error: AppError, retryAfter: number | null): Promise<UploadStep> {
    if (!isPassing(error)) throw error;
    if (this.mode === 'stream') this.#modes.streamBroke();
    if (this.#attempt >= ATTEMPTS || this.mode !== 'chunks') throw new UploadLost(error, retryAfter);
    await this.#requester.pause(this.#attempt, retryAfter, error, this.#signal);
    this.#attempt += 1;
    return await this.#resume(piece, error, retryAfter);
  }

  /** Asks the server what it has and goes on from there. */
  async #resume(piece: UploadPiece, error: AppError, retryAfter: number | null): Promise<UploadStep> {
    const status = await this.#requester.send(
      { method: 'GET', to: this.#location, scopes: this.#scopes, repeatable: true },
      this.#signal,
    );
    // 2.8.x answers 404 after a body that broke off: its signed state names the old offset for ever.
    if (status.status !== 204 && status.status !== 202 && status.status !== 200) {
      throw new UploadLost(error, retryAfter);
    }
    this.#follow(status.headers);
    const last = /(\d+)\s*$/.exec(status.headers['range'] ?? '')?.[1];
    // `0-0` means no byte or one byte: only at the very start is it the former.
    const stored = last === undefined ? piece.start : piece.start === 0 && last === '0' ? 0 : Number(last) + 1;
    const from = stored - piece.start;
    if (from < 0 || from > piece.length) throw new UploadLost(error);
    if (from === piece.length && piece.length > 0) return { do: 'next' };
    return { do: 'send', request: await this.requestFor(piece, from), from };
  }

  /**
   * Closes the session: the server checks the digest. A lost answer is resolved by asking for the blob.
   *
   * @throws UploadLost, AppError `blob.digestMismatch` and what the registry refuses
   */
  async commit(digest: string, exists: () => Promise<boolean>): Promise<void> {
    if (this.committed) return;
    let answer: Awaited<ReturnType<Requester['send']>>;
    try {
      answer = await this.#requester.send(
        {
          method: 'PUT',
          to: this.#closing(digest),
          headers: { 'content-type': 'application/octet-stream', 'content-length': '0' },
          scopes: this.#scopes,
          repeatable: false,
          commits: true,
        },
        this.#signal,
      );
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !isPassing(thrown)) throw thrown;
      if (await exists()) {
        this.committed = true;
        return;
      }
      throw new UploadLost(thrown);
    }
    if (answer.status === 201 || answer.status === 204) {
      this.committed = true;
      return;
    }
    const error = answerError(this.#requester.host, 'PUT', this.#location, answer);
    if (error.code === 'blob.digestMismatch') throw new UploadLost(error);
    if (answer.status === 404 || PASSING_STATUSES.has(answer.status)) {
      if (error.code === 'registry.full') throw error;
      if (await exists()) {
        this.committed = true;
        return;
      }
      throw new UploadLost(error);
    }
    throw error;
  }

  /** Tells the registry that nobody needs the session any more: best effort, at most 2 s. Its own signal may have ended. */
  async abandon(): Promise<void> {
    if (this.committed) return;
    try {
      await this.#requester.send(
        { method: 'DELETE', to: this.#location, scopes: this.#scopes, repeatable: false },
        AbortSignal.timeout(ABANDON_MS),
      );
    } catch {
      // The registry purges sessions by itself; nothing was promised.
    }
  }
}

/**
 * Resolves an upload Location. A proxy that forgets X-Forwarded-Proto makes an https registry hand out http: on the same
 * host https is kept. A public registry must not send us to a private address.
 *
 * @throws AppError `registry.redirect`
 */
export function resolveLocation(host: string, base: string, location: string): string {
  const url = new URL(location, base);
  const from = new URL(base);
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    if (url.hostname !== from.hostname) throw new AppError('registry.redirect', { host, reason: 'downgrade' });
    url.protocol = 'https:';
    url.port = from.port;
  }
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || !mayLeadTo(host, url)) {
    throw new AppError('registry.redirect', { host, reason: 'private' });
  }
  return url.href;
}
