import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, link, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildWasm } from '../../../build/scripts/build-wasm.mjs';
import { AppError } from '../../../shared/errors/app-error.ts';
import { bundleInto, folderBesidePackages } from '../../../test/fixtures/bundle.ts';
import { freePort } from '../../../test/fixtures/free-port.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { loadCodecModule } from './codec-module.ts';
import { CodecPool } from './codec-pool.ts';
import { ALLOWANCE, type Piece, type RequestSinkSpec, type SinkSpec, type ToWorker } from './codec-protocol.ts';
import { startCodecWorker } from './codec-start.ts';
import { Decoder } from './decoder.ts';
import type { SinkHost } from './sink-host.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const DIRECT = { ca: [], proxy: null, exception: null, publicOnly: false };

let folder: string;
let workerFile: string;
let wasmFile: string;
let disk: string;
let raw: Buffer;
let server: Server;
let origin: string;
/** Bodies by path, in the order in which their requests came; pieces of one path are joined. */
const bodies = new Map<string, Buffer[]>();
const cut: string[] = [];
let pools: CodecPool[] = [];
/** Answers the request whose body was taken whole, and is told when it was. */
let answerLate: () => void = () => undefined;
let allCame: () => void = () => undefined;

beforeAll(async () => {
  folder = await folderBesidePackages('codec-pool');
  workerFile = await bundleInto(folder, 'codec-worker');
  wasmFile = join(folder, 'codec.wasm');
  buildWasm(wasmFile);
  raw = Buffer.concat([
    randomBytesOf('disk', 9 * MIB),
    Buffer.alloc(3 * MIB),
    Buffer.alloc(2 * MIB, 'disk '),
    Buffer.alloc(77),
  ]);
  disk = join(folder, 'disk.img');
  await writeFile(disk, raw);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const parts = bodies.get(path) ?? [];
    bodies.set(path, parts);
    if (path === '/stalls') return;
    if (path === '/late') answerLate = () => response.writeHead(202).end();
    request.on('data', (bytes: Buffer) => parts.push(bytes));
    request.on('end', () => {
      if (path === '/late') allCame();
      else response.writeHead(202).end();
    });
    request.on('error', () => cut.push(path));
    if (path === '/refuses') response.writeHead(507).end();
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  pools = [];
  bodies.clear();
  cut.length = 0;
});

function openPool(
  options: { readonly workers?: number; readonly wasm?: string; readonly started?: readonly Worker[] } = {},
): CodecPool {
  const { workers = 2, wasm = wasmFile, started = [] } = options;
  const pool = new CodecPool({ workerFile, wasmFile: wasm, workers, started });
  pools.push(pool);
  return pool;
}

/** Sends everything to the path that the sink is called after, and notes what was asked. */
function hostOf(asked: string[], allowance: () => Promise<void> = () => Promise.resolve()): SinkHost {
  const requestFor = (sink: string, piece: Piece) => {
    const length = piece.length === 0 ? {} : { 'content-length': String(piece.length) };
    return { method: 'PATCH', url: `${origin}/${sink}`, headers: length } as const;
  };
  return {
    piece: (sink, piece) => {
      asked.push(`${sink} piece`);
      if (sink.endsWith('.blob')) return Promise.resolve({ do: 'next' });
      return Promise.resolve({ do: 'send', request: requestFor(sink, piece), from: 0 });
    },
    answer: (sink, _piece, answer) => {
      asked.push(`${sink} ${answer.kind === 'answer' ? answer.status : answer.code}`);
      const taken = answer.kind === 'answer' && answer.status === 202;
      return Promise.resolve(taken ? { do: 'next' } : { do: 'drop' });
    },
    allowance: async (sink) => {
      asked.push(`${sink} allowance`);
      await allowance();
    },
    file: (sink, { failure }) => {
      asked.push(`${sink} ${failure ?? 'file'}`);
      return Promise.resolve(failure === null ? { do: 'next' } : { do: 'drop' });
    },
  };
}

const sink = (id: string, mode: RequestSinkSpec['mode']): SinkSpec => ({ id, mode, network: DIRECT });
const fileSink = (id: string): SinkSpec => ({ id, mode: 'file', path: join(folder, id) });
const input = (sinks: readonly SinkSpec[]) =>
  ({ path: disk, offset: 0, length: raw.length, form: 'lz4', sinks, pieceSize: 2 * MIB }) as const;
const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const received = (path: string): Buffer => Buffer.concat(bodies.get(path) ?? []);

async function decoded(stream: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  const decoder = new Decoder(await loadCodecModule(wasmFile), raw.length, (bytes) => parts.push(Buffer.from(bytes)));
  decoder.push(stream);
  decoder.end();
  return Buffer.concat(parts);
}

describe('a file that is meant in one state', () => {
  it.each(['hash', 'encode'] as const)(
    'is not taken for it by %s in another one, nor another file in its place',
    async (kind) => {
      const path = join(folder, `stated-${kind}.img`);
      const [aside, other] = [`${path}.aside`, `${path}.other`];
      await Promise.all([path, other].map((file) => writeFile(file, raw.subarray(0, MIB))));
      const pool = openPool();
      const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      const state = {
        inode: String(ino),
        size: Number(size),
        mtimeNs: String(mtimeNs),
        ctimeNs: String(ctimeNs),
      };
      const look = async (): Promise<string> => {
        const range = { path, state, offset: 0, length: MIB };
        const work =
          kind === 'hash'
            ? pool.hash(range, { signal: never })
            : pool.encode({ ...range, form: 'raw', sinks: [] }, { signal: never });
        return await work.then(
          ({ rawDigest }) => rawDigest,
          (error: unknown) =>
            error instanceof AppError ? `${error.code} of ${String(error.params['path'])}` : 'unknown',
        );
      };
      const asMeant = await look();
      // A link: renaming the file itself would be a change of it.
      await link(path, aside);
      await rename(other, path);
      const another = await look();

      expect({ asMeant, another }).toEqual({
        asMeant: sha256(raw.subarray(0, MIB)),
        another: `vm.diskChanged of ${path}`,
      });
    },
  );
});

describe('the pool of codec workers', () => {
  it('hashes a range, holes as zeros, and counts what it read', async () => {
    const runs = [
      { offset: 0, length: 9 * MIB },
      { offset: 12 * MIB, length: 2 * MIB },
    ];
    const pool = openPool();
    const [whole, hole] = await Promise.all([
      pool.hash({ path: disk, offset: 0, length: 14 * MIB, runs }, { signal: never }),
      pool.hash({ path: disk, offset: 9 * MIB, length: 3 * MIB, runs: [] }, { signal: never }),
    ]);
    expect({
      whole: whole.rawDigest,
      read: whole.bytesRead,
      zero: whole.zero,
      hole: [hole.zero, hole.bytesRead],
    }).toEqual({
      whole: sha256(raw.subarray(0, 14 * MIB)),
      read: 11 * MIB,
      zero: false,
      hole: [true, 0],
    });
  });

  it('gives one stream to a body and to pieces alike, and knows its digests', async () => {
    const asked: string[] = [];
    const sinks = [sink('body', 'body'), sink('pieces', 'pieces')];
    const result = await openPool().encode(input(sinks), { signal: never, sinkHost: hostOf(asked) });
    const body = received('/body');
    const { busyMs, readMs, ...found } = result;
    expect(busyMs).toBeGreaterThan(readMs);
    expect({ ...found, decodes: (await decoded(body)).equals(raw), same: body.equals(received('/pieces')) }).toEqual({
      rawDigest: sha256(raw),
      digest: sha256(body),
      size: body.length,
      zero: false,
      bytesRead: raw.length,
      complete: true,
      decodes: true,
      same: true,
    });
    expect(asked.filter((about) => about === 'pieces 202')).toHaveLength(Math.ceil(body.length / (2 * MIB)));
  });

  it('writes the stream into a file while a body is sent', async () => {
    const asked: string[] = [];
    const result = await openPool().encode(input([sink('mixed', 'body'), fileSink('mixed.blob')]), {
      signal: never,
      sinkHost: hostOf(asked),
    });
    const file = await readFile(join(folder, 'mixed.blob'));
    expect({ digest: result.digest, complete: result.complete, same: file.equals(received('/mixed')) }).toEqual({
      digest: sha256(file),
      complete: true,
      same: true,
    });
    expect(asked.filter((about) => about.startsWith('mixed.blob'))).toEqual([
      'mixed.blob piece',
      ...Array.from({ length: Math.ceil(file.length / ALLOWANCE) - 1 }, () => 'mixed.blob allowance'),
      'mixed.blob file',
    ]);
  });

  it('goes on for the others when a file cannot be written, and stops when there are none', async () => {
    const asked: string[] = [];
    const pool = openPool();
    const nowhere: SinkSpec = { id: 'nowhere', mode: 'file', path: join(folder, 'missing', 'blob') };
    const options = { signal: never, sinkHost: hostOf(asked) };
    const mixed = await pool.encode(input([nowhere, sink('beside', 'body')]), options);
    const alone = await pool.encode(input([nowhere]), options);
    expect([mixed.complete, alone.complete]).toEqual([true, false]);
    expect((await decoded(received('/beside'))).equals(raw)).toBe(true);
    expect(asked.filter((about) => about === 'nowhere ENOENT')).toHaveLength(2);
  });

  it('sends bytes as they are where they are not to be encoded', async () => {
    const sinks = [sink('nvram', 'body'), fileSink('nvram.blob')];
    const result = await openPool().encode({ ...input(sinks), form: 'raw' }, { signal: never, sinkHost: hostOf([]) });
    const file = await readFile(join(folder, 'nvram.blob'));
    expect({ digest: result.digest, same: [received('/nvram').equals(raw), file.equals(raw)] }).toEqual({
      digest: sha256(raw),
      same: [true, true],
    });
  });

  it('takes a raw digest that is known instead of hashing again', async () => {
    const known = `sha256:${'5'.repeat(64)}`;
    const { rawDigest, digest } = await openPool().encode({ ...input([]), rawDigest: known }, { signal: never });
    const again = await openPool().encode(input([]), { signal: never });
    expect({ rawDigest, digest }).toEqual({ rawDigest: known, digest: again.digest });
  });

  it('goes on for the others when a registry refuses', async () => {
    const asked: string[] = [];
    const sinks = [sink('refuses', 'body'), sink('takes', 'body')];
    const { complete } = await openPool().encode(input(sinks), { signal: never, sinkHost: hostOf(asked) });
    expect({ complete, decodes: (await decoded(received('/takes'))).equals(raw) }).toEqual({
      complete: true,
      decodes: true,
    });
    expect(asked).toContain('refuses 507');
  });

  it.each(['body', 'pieces'] as const)(
    'no longer waits for a registry that takes nothing while another one does (%s)',
    async (mode) => {
      const sinks = [sink('stalls', mode), sink('takes', 'body')];
      const result = await openPool().encode(
        { ...input(sinks), patience: 100 },
        { signal: never, sinkHost: hostOf([]) },
      );

      expect({ complete: result.complete, decodes: (await decoded(received('/takes'))).equals(raw) }).toEqual({
        complete: true,
        decodes: true,
      });
    },
  );

  it('stops early when every registry has refused', async () => {
    const pool = openPool();
    const result = await pool.encode(input([sink('refuses', 'body')]), { signal: never, sinkHost: hostOf([]) });
    expect(result.complete).toBe(false);
  });

  it('sends no more of a body than was allowed', async () => {
    const asked: string[] = [];
    await openPool().encode(input([sink('paced', 'body')]), { signal: never, sinkHost: hostOf(asked) });
    const allowances = 1 + asked.filter((about) => about === 'paced allowance').length;
    expect(allowances * ALLOWANCE).toBeGreaterThanOrEqual(received('/paced').length);
    expect((allowances - 2) * ALLOWANCE).toBeLessThan(received('/paced').length);
  });

  it('ends a cancelled task whose body waits, breaks off its request, and works on', async () => {
    const pool = openPool({ workers: 1 });
    const cancel = new AbortController();
    const asked: string[] = [];
    let waits: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const paused = (): Promise<void> => {
      waits();
      return new Promise(() => undefined);
    };
    const task = pool.encode(input([sink('stopped', 'body')]), {
      signal: cancel.signal,
      sinkHost: hostOf(asked, paused),
    });
    await waiting;
    cancel.abort(new Error('no more'));
    await expect(task).rejects.toThrow('no more');
    const after = await pool.encode(input([sink('after', 'body')]), { signal: never, sinkHost: hostOf([]) });
    expect({ complete: after.complete, decodes: (await decoded(received('/after'))).equals(raw), cut }).toEqual({
      complete: true,
      decodes: true,
      cut: ['/stopped'],
    });
  });

  it('begins the next task while the answer to the last one is under way, without a further look', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const pool = openPool({ workers: 1 });
      const came = new Promise<void>((resolve) => (allCame = resolve));
      const late = pool.encode(input([sink('late', 'body')]), { signal: never, sinkHost: hostOf([]) });
      const next = pool.encode(input([sink('next', 'body')]), { signal: never, sinkHost: hostOf([]) });
      await came;
      const { digest, complete } = await next;
      answerLate();

      const ended = await late;

      expect([complete, ended.complete, ended.digest, sha256(received('/late'))]).toEqual([true, true, digest, digest]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives a worker that waits for the network a further task', async () => {
    const pool = openPool({ workers: 1 });
    const stop = new AbortController();
    const paused = (): Promise<void> => new Promise(() => undefined);
    const waits = pool.encode(input([sink('waits', 'body')]), { signal: stop.signal, sinkHost: hostOf([], paused) });
    const { rawDigest } = await pool.hash({ path: disk, offset: 0, length: raw.length }, { signal: never });
    stop.abort();
    await expect(waits).rejects.toThrow();

    expect(rawDigest).toBe(sha256(raw));
  });

  it('lets the last stream be made ahead of a network that is slow, byte for byte', async () => {
    const pool = openPool({ workers: 1 });
    // It ends in a hole, long enough that the work on it can be seen.
    const range = { path: join(folder, 'ends-in-zeros.img'), offset: 0, length: 768 * MIB };
    await writeFile(range.path, raw);
    await truncate(range.path, range.length);
    let allow: () => void = () => undefined;
    const slow = (): Promise<void> => new Promise((resolve) => (allow = resolve));
    let made = 0;
    const ended = pool.encode(
      { ...input([sink('ahead', 'body')]), ...range },
      { signal: never, sinkHost: hostOf([], slow), onProgress: ({ raw: done }) => (made = done) },
    );
    // The network was allowed 4 MiB of 9 that do not pack: without being ahead the pass would stand still some windows later.
    await expect.poll(() => made, { timeout: 20_000 }).toBeGreaterThan(12 * MIB);
    const sentBefore = received('/ahead').length;
    const going = setInterval(() => allow(), 1);
    const { digest, rawDigest } = await ended;
    clearInterval(going);
    expect({ sentBefore: sentBefore <= ALLOWANCE, digest, rawDigest }).toEqual({
      sentBefore: true,
      digest: sha256(received('/ahead')),
      rawDigest: (await pool.hash(range, { signal: never })).rawDigest,
    });
  });

  it('makes nothing ahead of the network while others of the job will follow', async () => {
    const pool = openPool({ workers: 1 });
    let looks = 0;
    let allow: () => void = () => undefined;
    const slow = (): Promise<void> => new Promise((resolve) => (allow = resolve));
    let made = 0;
    const ended = pool.encode(input([sink('followed', 'body')]), {
      signal: never,
      sinkHost: hostOf([], slow),
      onProgress: ({ raw: done }) => (made = done),
      followed: () => {
        looks += 1;
        return true;
      },
    });
    await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(4);
    const before = made;
    const going = setInterval(() => allow(), 1);
    const { rawDigest } = await ended;
    clearInterval(going);

    expect([before < 12 * MIB, rawDigest]).toEqual([true, sha256(raw)]);
  });

  it('lets a stream be made ahead that had not begun when its worker was seen to wait', async () => {
    const late = join(folder, 'fifo.wasm');
    execFileSync('mkfifo', [late]);
    const worker = startCodecWorker(workerFile, late);
    const told: string[] = [];
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: ToWorker) => {
      told.push(message.type);
      post(message);
    };
    const pool = openPool({ workers: 1, started: [worker] });
    const asked: string[] = [];
    const stop = new AbortController();
    const paused = (): Promise<void> => new Promise(() => undefined);
    // It ends in a hole, long enough that the work on it is told.
    const range = { path: join(folder, 'late.img'), offset: 0, length: 384 * MIB };
    await writeFile(range.path, raw);
    await truncate(range.path, range.length);
    let made = 0;
    const ended = pool.encode(
      { ...input([sink('late', 'body')]), ...range },
      {
        signal: stop.signal,
        sinkHost: hostOf(asked, paused),
        onProgress: ({ raw: done }) => (made = done),
      },
    );
    ended.catch(() => undefined);
    await expect.poll(() => told).toContain('ahead');
    await writeFile(late, await readFile(wasmFile));
    // The network takes no more than its first allowance: without being ahead the pass would stand still before.
    await expect.poll(() => made).toBeGreaterThan(12 * MIB);
    stop.abort();
    await expect(ended).rejects.toThrow();
  });

  it('keeps a task back while every worker works, and lets it go when it is cancelled or the pool closes', async () => {
    const pool = openPool({ workers: 1 });
    const started: string[] = [];
    const cancel = new AbortController();
    // A hole without end: nothing to read, much to hash.
    const hash = (name: string, signal: AbortSignal): Promise<string> =>
      pool
        .hash({ path: disk, offset: 0, length: 2 ** 40, runs: [] }, { signal, onStarted: () => started.push(name) })
        .then(
          () => `${name} done`,
          (thrown: unknown) => `${name} ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
    const long = hash('long', never);
    const taken = hash('cancelled', cancel.signal);
    const left = hash('left', never);
    cancel.abort(new Error('no more'));
    const first = await taken;
    await pool.close();

    expect({ started, ends: [first, await long, await left] }).toEqual({
      started: ['long'],
      ends: ['cancelled no more', 'long cancelled', 'left cancelled'],
    });
  });

  it('shares its workers among jobs: a small job waits for no more than the tasks that began before it', async () => {
    const pool = openPool({ workers: 1 });
    const started: string[] = [];
    const job = async (name: string, share: { weight: number }): Promise<void> => {
      const range = { path: disk, offset: 0, length: raw.length, runs: [] };
      await pool.hash(range, { signal: never, share, onStarted: () => started.push(name) });
    };
    const [large, small, watched] = [{ weight: 1 }, { weight: 1 }, { weight: 3 }];
    const all = ['large 1', 'large 2', 'large 3'].map((name) => job(name, large));
    all.push(job('small', small), ...['watched 1', 'watched 2', 'watched 3'].map((name) => job(name, watched)));
    await Promise.all(all);

    expect(started).toEqual(['large 1', 'small', 'watched 1', 'watched 2', 'watched 3', 'large 2', 'large 3']);
  });

  it.each([
    ['a file that is shorter than it was', { length: 15 * MIB }, 'vm.diskChanged'],
    ['a file that is gone', { path: '/nowhere/disk.img' }, 'vm.gone'],
  ])('fails a task, and no other: %s', async (_name, change, code) => {
    const pool = openPool({ workers: 1 });
    const [failed, fine] = await Promise.allSettled([
      pool.encode({ ...input([sink('broken', 'body')]), ...change }, { signal: never, sinkHost: hostOf([]) }),
      pool.encode(input([sink('fine', 'body')]), { signal: never, sinkHost: hostOf([]) }),
    ]);
    expect({ failed, fine: fine.status }).toEqual({
      failed: { status: 'rejected', reason: expect.objectContaining({ code }) },
      fine: 'fulfilled',
    });
  });

  it('fails the tasks of a worker that dies, and starts another one', async () => {
    const own = join(folder, 'late.wasm');
    const pool = openPool({ workers: 1, wasm: own });
    const died = await Promise.allSettled([1, 2].map(() => pool.encode(input([]), { signal: never })));
    await copyFile(wasmFile, own);
    const { rawDigest } = await pool.encode(input([]), { signal: never });
    expect({ died: died.map(({ status }) => status), rawDigest }).toEqual({
      died: ['rejected', 'rejected'],
      rawDigest: sha256(raw),
    });
  });

  it('takes over a worker that was started ahead, not one that has ended meanwhile, and ends all of them', async () => {
    const started = Array.from({ length: 3 }, () => startCodecWorker(workerFile, wasmFile));
    await started[0]?.terminate();
    const pool = openPool({ workers: 1, started });
    const { digest } = await pool.encode(input([]), { signal: never });
    const taken = started.map((worker) => worker.listenerCount('message'));
    await pool.close();
    expect({ digest, taken, threads: started.map(({ threadId }) => threadId) }).toEqual({
      digest: (await openPool().encode(input([]), { signal: never })).digest,
      taken: [0, 1, 0],
      threads: [-1, -1, -1],
    });
  });

  it('ends what still runs when it is closed, and takes nothing more', async () => {
    const pool = openPool();
    const paused = (): Promise<void> => new Promise(() => undefined);
    const task = pool.encode(input([sink('closed', 'body')]), { signal: never, sinkHost: hostOf([], paused) });
    const ended = expect(task).rejects.toMatchObject({ code: 'cancelled' });
    await pool.close();
    await ended;
    await expect(pool.hash({ path: disk, offset: 0, length: 1 }, { signal: never })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
