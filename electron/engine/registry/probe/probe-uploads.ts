import { randomBytes } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Capability } from '../../../../shared/models/capabilities.ts';
import type { Clock } from '../../ports.ts';
import { deleteScope } from '../auth/scopes.ts';
import { digestOf } from '../content-digest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { resolveLocation } from '../upload-session.ts';
import { type Asked, ask, can, cannot, refusal, statusOf, untold } from './probe-question.ts';

/** Bytes of a blob of the test, of one of its pieces, and most that a registry may ask a piece to have. */
const BLOB = 4096;
const MOST_PIECE = 16 * 1024 * 1024;
/** Bytes of an upload that is broken off: the first half is sent. */
const BROKEN = 64 * 1024;
/** How long the first half has to arrive, and the server to notice that the rest never comes. */
const BREAK_MS = 300;
const LOOKS = 4;
/** What is done after the test ends in this time. */
const TIDY_MS = 10_000;

/** A blob that a test made. */
export interface ProbeBlob {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** Uploads to the repository of a test, one form after the other. Sessions that stay open are cancelled at the end. */
export class ProbeUploads {
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #open = new Set<string>();
  /** Blobs that were mounted elsewhere. */
  readonly #mounted: { readonly repository: string; readonly digest: string }[] = [];
  /** Blobs that are there now. */
  readonly blobs: ProbeBlob[] = [];

  constructor(client: RegistryClient, repository: string, clock: Clock, signal: AbortSignal) {
    this.#client = client;
    this.#repository = repository;
    this.#clock = clock;
    this.#signal = signal;
  }

  #send(method: 'POST' | 'PATCH' | 'PUT' | 'GET' | 'DELETE', to: string, more: Partial<Parts> = {}): Promise<Asked> {
    const { body, headers = {} } = more;
    const length = body instanceof Uint8Array ? { 'content-length': String(body.length) } : {};
    const type = body === undefined ? {} : { 'content-type': 'application/octet-stream' };
    const request = {
      method,
      to,
      headers: { ...type, ...length, ...headers },
      scopes: [deleteScope(this.#repository)],
    };
    return ask(this.#client, body === undefined ? request : { ...request, body }, this.#signal);
  }

  /** Where the bytes go next; null where the answer does not say. */
  #location(asked: Asked, before: string | null): string | null {
    if (asked.kind !== 'answer') return before;
    const location = asked.answer.headers['location'];
    if (location === undefined) return before;
    const next = resolveLocation(this.#client.host, asked.answer.url, location);
    if (before !== null) this.#open.delete(before);
    this.#open.add(next);
    return next;
  }

  /** Opens a session. @returns its location, or what the registry says in place of one */
  async #start(): Promise<{ readonly location: string; readonly least: number } | Asked> {
    const asked = await this.#send('POST', `${this.#repository}/blobs/uploads/`, {
      headers: { 'content-length': '0' },
    });
    const location = statusOf(asked) === 202 ? this.#location(asked, null) : null;
    if (location === null || asked.kind !== 'answer') return asked;
    const least = Number(asked.answer.headers['oci-chunk-min-length'] ?? 0);
    return { location, least: Number.isSafeInteger(least) ? least : 0 };
  }

  async #close(location: string, blob: ProbeBlob, body?: Buffer): Promise<Asked> {
    const url = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`;
    const headers = body === undefined ? { 'content-length': '0' } : {};
    const asked = await this.#send('PUT', url, body === undefined ? { headers } : { body });
    const status = statusOf(asked);
    if (status === 201 || status === 204) {
      this.#open.delete(location);
      this.blobs.push(blob);
    }
    return asked;
  }

  /** What a session that was not opened tells: a repository that is not made by pushing tells nothing of uploads. */
  #unopened(asked: Asked): Capability {
    const status = statusOf(asked);
    return status === 404 ? untold('notThere', { status }) : refusal(asked);
  }

  /** One PUT of the whole blob. */
  async whole(): Promise<Capability> {
    const started = await this.#start();
    if ('kind' in started) return this.#unopened(started);
    const blob = newBlob(BLOB);
    const closed = await this.#close(started.location, blob, blob.bytes);
    return this.blobs.includes(blob) ? can('answered', { status: statusOf(closed) }) : refusal(closed);
  }

  /** One PATCH of the whole blob without a range, and a PUT without a body. */
  async stream(): Promise<Capability> {
    return await this.#patched(BLOB, (blob) => [{ bytes: blob.bytes, headers: {} }]);
  }

  /** Two PATCHes, each with its range. */
  async chunks(): Promise<Capability> {
    return await this.#patched(2 * BLOB, (blob, least) => {
      const first = Math.max(BLOB, least);
      return [
        { bytes: blob.bytes.subarray(0, first), headers: { 'content-range': `0-${first - 1}` } },
        { bytes: blob.bytes.subarray(first), headers: { 'content-range': `${first}-${blob.bytes.length - 1}` } },
      ];
    });
  }

  async #patched(
    size: number,
    pieces: (
      blob: ProbeBlob,
      least: number,
    ) => readonly { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> }[],
  ): Promise<Capability> {
    const started = await this.#start();
    if ('kind' in started) return this.#unopened(started);
    const { least } = started;
    if (least > MOST_PIECE) return untold('failed', { status: null });
    const blob = newBlob(size + least);
    let location: string | null = started.location;
    for (const { bytes, headers } of pieces(blob, least)) {
      const sent = await this.#send('PATCH', location, { body: bytes, headers });
      const status = statusOf(sent);
      if (status !== 202 && status !== 201 && status !== 204) return refusal(sent);
      location = this.#location(sent, location) ?? location;
    }
    const closed = await this.#close(location, blob);
    return this.blobs.includes(blob) ? can('answered', { status: statusOf(closed) }) : refusal(closed);
  }

  /** Breaks a PATCH off in its middle, asks what arrived, and goes on from there. */
  async resume(): Promise<Capability> {
    const started = await this.#start();
    if ('kind' in started) return this.#unopened(started);
    const blob = newBlob(BROKEN);
    const half = BROKEN / 2;
    const { location } = started;
    await this.#send('PATCH', location, {
      body: brokenOff(blob.bytes.subarray(0, half), this.#clock, this.#signal),
      headers: { 'content-range': `0-${BROKEN - 1}`, 'content-length': String(BROKEN) },
    });
    for (let look = 0; look < LOOKS; look += 1) {
      await this.#clock.sleep(BREAK_MS, this.#signal);
      const asked = await this.#send('GET', location);
      const status = statusOf(asked);
      if (status === null) return untold('failed', { status });
      if (asked.kind !== 'answer' || status >= 400) return cannot('fromStart', { status });
      const last = Number(/(\d+)\s*$/.exec(asked.answer.headers['range'] ?? '')?.[1] ?? 0);
      if (last > 0 && last < BROKEN) return await this.#goOn(asked, location, blob, last + 1);
    }
    return cannot('fromStart', { status: null });
  }

  async #goOn(asked: Asked, before: string, blob: ProbeBlob, from: number): Promise<Capability> {
    const sent = await this.#send('PATCH', this.#location(asked, before) ?? before, {
      body: blob.bytes.subarray(from),
      headers: { 'content-range': `${from}-${BROKEN - 1}` },
    });
    const status = statusOf(sent);
    if (status !== 202 && status !== 201 && status !== 204) return cannot('fromStart', { status });
    const location = this.#location(sent, before) ?? before;
    const closed = await this.#close(location, blob);
    return this.blobs.includes(blob) ? can('atByte') : cannot('fromStart', { status: statusOf(closed) });
  }

  /** Mounts a blob of this repository into another one. */
  async mount(target: string): Promise<Capability> {
    return await this.#mount(target, this.blobs[0], { from: this.#repository });
  }

  /** Mounts another blob there, and leaves it to the registry to find it. */
  async anonymousMount(target: string): Promise<Capability> {
    return await this.#mount(target, this.blobs[1], {});
  }

  async #mount(target: string, blob: ProbeBlob | undefined, source: { readonly from?: string }): Promise<Capability> {
    if (blob === undefined) return untold('notThere', { status: null });
    const query = new URLSearchParams({ mount: blob.digest, ...source });
    const asked = await ask(
      this.#client,
      {
        method: 'POST',
        to: `${target}/blobs/uploads/?${query}`,
        headers: { 'content-length': '0' },
        scopes: [deleteScope(target), deleteScope(this.#repository)],
      },
      this.#signal,
    );
    const status = statusOf(asked);
    if (status === 201) {
      this.#mounted.push({ repository: target, digest: blob.digest });
      return can('answered', { status, ms: asked.kind === 'answer' ? asked.ms : null });
    }
    if (status === 404) return untold('notThere', { status });
    if (status !== 202) return refusal(asked);
    const location = this.#location(asked, null);
    if (location !== null) await this.#cancel(location, target, this.#signal);
    return cannot('opened', { status });
  }

  async #cancel(location: string, repository: string, signal: AbortSignal): Promise<void> {
    await ask(this.#client, { method: 'DELETE', to: location, scopes: [deleteScope(repository)] }, signal);
    this.#open.delete(location);
  }

  /** Cancels what is open and deletes the blobs, as far as the registry does that; also after the test was given up. */
  async close(): Promise<void> {
    const signal = AbortSignal.timeout(TIDY_MS);
    try {
      for (const location of this.#open) await this.#cancel(location, this.#repository, signal);
      const made = this.blobs.map(({ digest }) => ({ repository: this.#repository, digest }));
      for (const { repository, digest } of [...made, ...this.#mounted]) {
        const to = `${repository}/blobs/${digest}`;
        await ask(this.#client, { method: 'DELETE', to, scopes: [deleteScope(repository)] }, signal);
      }
    } catch {
      // Best effort: registries purge sessions and collect blobs by themselves.
    }
  }
}

interface Parts {
  readonly body: Uint8Array | AsyncIterable<Buffer>;
  readonly headers: Readonly<Record<string, string>>;
}

function newBlob(size: number): ProbeBlob {
  const bytes = randomBytes(size);
  return { bytes, digest: digestOf(bytes) };
}

/** The first half of a body; then the connection breaks. */
async function* brokenOff(half: Buffer, clock: Clock, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield half;
  await clock.sleep(BREAK_MS, signal);
  throw new AppError('cancelled');
}
