import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import type { ReadyRequest, SinkAnswer, SinkNetwork } from './codec-protocol.ts';
import { faultCode } from './fault-code.ts';
import { openDispatcher } from './open-dispatcher.ts';

/** Error bodies are read this far (registries put JSON there). */
const BODY_LIMIT = 65_536;
const TIMEOUTS = {
  /** A registry may take minutes to commit what it got. */
  headersTimeout: 15 * 60_000,
  bodyTimeout: 60_000,
} as const;

/** Sends ready requests over this worker's own connections: one dispatcher per choice of TLS and proxy. */
export class SinkSender {
  readonly #dispatchers = new Map<string, Dispatcher>();
  /** By the object itself: one task sends many pieces, and the text of all certificates is long. */
  readonly #found = new WeakMap<SinkNetwork, Dispatcher>();

  #dispatcher(network: SinkNetwork): Dispatcher {
    const found = this.#found.get(network) ?? this.#open(network);
    this.#found.set(network, found);
    return found;
  }

  #open(network: SinkNetwork): Dispatcher {
    const key = JSON.stringify(network);
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const made = openDispatcher(network, { ...TIMEOUTS, pipelining: 1 });
    this.#dispatchers.set(key, made);
    return made;
  }

  /** Never throws for a network fault: that is an answer too. Rejects only when the signal aborts. */
  async send(
    ready: ReadyRequest,
    network: SinkNetwork,
    body: Buffer | AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<SinkAnswer> {
    const timed = Buffer.isBuffer(body) ? null : new TimedBody(body);
    const startedMs = performance.now();
    try {
      const answer = await request(ready.url, {
        method: ready.method,
        headers: ready.headers,
        // undici takes any async iterable as a body; its types name the stream classes only.
        body: (timed ?? body) as Buffer | (AsyncIterable<Buffer> & Readable),
        dispatcher: this.#dispatcher(network),
        signal,
      });
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
      }
      const text = await limitedText(answer.body);
      const sentMs = performance.now() - startedMs - (timed?.awaitedMs ?? 0);
      return { kind: 'answer', status: answer.statusCode, headers, body: text, sentMs };
    } catch (thrown) {
      signal.throwIfAborted();
      return { kind: 'networkError', code: faultCode(thrown) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.#dispatchers.clear();
  }
}

/** A body that knows how long its reader waited for its bytes. */
class TimedBody implements AsyncIterable<Buffer> {
  readonly #body: AsyncIterable<Buffer>;
  awaitedMs = 0;

  constructor(body: AsyncIterable<Buffer>) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let askedMs = performance.now();
    for await (const bytes of this.#body) {
      this.awaitedMs += performance.now() - askedMs;
      yield bytes;
      askedMs = performance.now();
    }
    this.awaitedMs += performance.now() - askedMs;
  }
}

async function limitedText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    // A body without an encoding gives buffers.
    const bytes = part as Buffer;
    parts.push(bytes);
    length += bytes.length;
    if (length >= BODY_LIMIT) break;
  }
  return Buffer.concat(parts).subarray(0, BODY_LIMIT).toString('utf8');
}
