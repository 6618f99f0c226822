import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { freePort } from '../fixtures/free-port.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';

/**
 * The embedded registry beside docker-registry on the same machine, by turns: both get the same blobs from the same
 * client over loopback, and keep them in memory (TMPDIR). The embedded one flushes what it writes, the other does not.
 */
const ROUNDS = QUICK ? 3 : 7;
const BLOBS = 8;
const BLOB_SIZE = 64 * 1024 * 1024;
const AT_ONCE = 4;
const HEADS = 1000;
const MOST = { upload: 0.7, download: 1.2, heads: 0.5, memory: 200e6 } as const;

interface Server {
  readonly name: string;
  readonly origin: string;
  readonly child: ChildProcess;
  readonly seconds: Record<'upload' | 'download' | 'heads', number[]>;
}

interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

function served(name: string, host: string, child: ChildProcess): Server {
  return { name, origin: `http://${host}`, child, seconds: { upload: [], download: [], heads: [] } };
}

async function startEmbedded(folder: string): Promise<Server> {
  const child = spawn(process.execPath, [resolve('dist/node/tartan.cjs'), 'serve', '--port', '0', '--json'], {
    env: { ...process.env, TARTAN_HOME: join(folder, 'tartan') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') break;
  }
  const { address } = JSON.parse(text) as { address: string };
  return served('embedded', address, child);
}

async function startDocker(folder: string): Promise<Server> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'config.yml');
  const data = join(folder, 'docker');
  await writeFile(
    config,
    [
      'version: 0.1',
      'log: {level: error, accesslog: {disabled: true}}',
      `storage: {filesystem: {rootdirectory: ${data}}}`,
      `http: {addr: "${host}", secret: bench}`,
      '',
    ].join('\n'),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let look = 0; look < 200; look += 1) {
    const answers = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return served('docker-registry', host, child);
    await wait(50);
  }
  throw new Error('docker-registry does not answer');
}

/** Runs `work` over all items in `AT_ONCE` lines, and answers the seconds that it took. */
async function timed<Item>(items: readonly Item[], work: (item: Item, line: number) => Promise<void>): Promise<number> {
  const waiting = [...items];
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, line) => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item, line);
    }),
  );
  return (performance.now() - startedMs) / 1000;
}

function expectStatus(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`answered ${found} in place of ${wanted}`);
}

/** Blobs that nobody has seen: all of them differ in their first bytes, the rest is one piece of noise. */
function freshBlobs(noise: Buffer): Blob[] {
  return Array.from({ length: BLOBS }, () => {
    const bytes = Buffer.from(noise);
    randomBytes(64).copy(bytes);
    return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
  });
}

/**
 * One kept connection without an HTTP library: what a client costs is the same for both servers, and would hide what
 * they differ in.
 */
class Connection {
  readonly #socket: Socket;
  #head = '';
  #left = -1;
  #settle: (bytes: number) => void = () => undefined;
  #size = 0;
  #body = false;

  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (bytes) => this.#take(bytes));
  }

  /** Asks for a blob and answers the bytes of the body (HEAD: of the blob). */
  async ask(method: 'GET' | 'HEAD', path: string): Promise<number> {
    this.#head = '';
    this.#left = -1;
    this.#body = method === 'GET';
    const { remoteAddress = '127.0.0.1', remotePort = 0 } = this.#socket;
    const answered = new Promise<number>((resolve) => {
      this.#settle = resolve;
    });
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${remoteAddress}:${remotePort}\r\n\r\n`);
    return await answered;
  }

  #take(bytes: Buffer): void {
    if (this.#left >= 0) {
      this.#left -= bytes.length;
    } else {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!this.#head.startsWith('HTTP/1.1 200 ')) throw new Error(this.#head.slice(0, end));
      this.#size = Number(/^content-length: (\d+)/im.exec(this.#head)?.[1]);
      this.#left = this.#body ? this.#size - (this.#head.length - end - 4) : 0;
    }
    if (this.#left === 0) this.#settle(this.#size);
  }

  async open(): Promise<void> {
    if (this.#socket.connecting) await new Promise((opened) => this.#socket.once('connect', opened));
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function round(server: Server, blobs: readonly Blob[], dispatcher: Agent): Promise<Record<string, number>> {
  const base = `${server.origin}/v2/bench/blobs`;
  const upload = await timed(blobs, async ({ bytes, digest }) => {
    const opening = await request(`${base}/uploads/`, { method: 'POST', dispatcher });
    await opening.body.dump();
    expectStatus(opening.statusCode, 202);
    const location = new URL(String(opening.headers['location']), server.origin);
    location.searchParams.set('digest', digest);
    const closed = await request(location, {
      method: 'PUT',
      dispatcher,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
      body: bytes,
    });
    await closed.body.dump();
    expectStatus(closed.statusCode, 201);
  });
  const lines = Array.from({ length: AT_ONCE }, () => new Connection(server.origin));
  const ask = async (method: 'GET' | 'HEAD', digest: string, line: number): Promise<void> => {
    const size = await lines[line]?.ask(method, `/v2/bench/blobs/${digest}`);
    if (size !== BLOB_SIZE) throw new Error('a blob came back in another size');
  };
  await Promise.all(lines.map((line) => line.open()));
  const download = await timed(blobs, ({ digest }, line) => ask('GET', digest, line));
  const asked = Array.from({ length: HEADS }, (_, at) => blobs[at % BLOBS]?.digest ?? '');
  const heads = await timed(asked, (digest, line) => ask('HEAD', digest, line));
  for (const line of lines) line.close();
  return { upload, download, heads };
}

/** The most memory (PSS, bytes) that a process had at any of many looks. */
function watchMemory(pid: number): { stop(): Promise<number> } {
  const watching = { on: true };
  const watched = (async () => {
    let peak = 0;
    while (watching.on) {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      peak = Math.max(peak, Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024);
      await wait(50);
    }
    return peak;
  })();
  return {
    stop: () => {
      watching.on = false;
      return watched;
    },
  };
}

async function compare(folder: string): Promise<void> {
  const servers = await Promise.all([startEmbedded(folder), startDocker(folder)]);
  const [embedded, docker] = servers;
  const dispatcher = new Agent({ connections: AT_ONCE, pipelining: 1 });
  try {
    const noise = randomBytes(BLOB_SIZE);
    const memory = watchMemory(embedded.child.pid ?? 0);
    for (let turn = 0; turn <= ROUNDS; turn += 1) {
      const blobs = freshBlobs(noise);
      // By turns, and each goes first as often as the other.
      for (const server of turn % 2 === 0 ? [embedded, docker] : [docker, embedded]) {
        const found = await round(server, blobs, dispatcher);
        // The first round warms both up.
        if (turn === 0) continue;
        printRun(`${server.name} ${turn}`, found);
        for (const [what, seconds] of Object.entries(server.seconds)) seconds.push(found[what] ?? 0);
      }
    }
    const peak = await memory.stop();
    const ratio = (what: keyof Server['seconds']): number => {
      const ours = printFigure(`${what}, embedded`, embedded.seconds[what], ' s');
      return ours / printFigure(`${what}, docker-registry`, docker.seconds[what], ' s');
    };
    checkBound('upload of 8 x 64 MiB, 4 at once, of docker-registry', ratio('upload'), MOST.upload, 'x');
    checkBound('download of the same', ratio('download'), MOST.download, 'x');
    checkBound(`${HEADS} HEADs`, ratio('heads'), MOST.heads, 'x');
    checkBound('memory at its peak', peak / 1e6, MOST.memory / 1e6, ' MB');
  } finally {
    await dispatcher.close();
    for (const { child } of servers) child.kill();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-bench-'));
  try {
    await compare(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
