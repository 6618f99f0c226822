import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const CLIENT = '10.231.0.1';
const SERVER = '10.231.0.2';
const SINK_PORT = 9;

/** Takes whatever comes and says nothing. */
const SINK = `require('net').createServer((s) => s.resume()).listen(${SINK_PORT}, '${SERVER}', () => console.log('ready'))`;
/** Sends bytes over one connection; prints the seconds that it took. */
const SOURCE = `
const [bytes] = process.argv.slice(1).map(Number);
const socket = require('net').connect(${SINK_PORT}, '${SERVER}');
const part = Buffer.alloc(1 << 20);
let left = bytes;
const go = () => {
  while (left > 0) {
    left -= part.length;
    if (!socket.write(part)) return socket.once('drain', go);
  }
  socket.end();
};
let startedMs = 0;
socket.on('connect', () => { startedMs = performance.now(); go(); });
socket.on('close', () => console.log((performance.now() - startedMs) / 1000));
`;

/** Two computers with a cable of a certain speed between them, as two network namespaces; nothing else is slowed. */
export interface ShapedLink {
  /** What comes before a command that runs on the near side. */
  readonly near: readonly string[];
  /** Bytes a second that one plain connection gets through, from near to far. */
  rate(bytes: number): number;
  /** Starts a docker-registry that holds nothing, at the far side or, for comparison, at the near one; answers its host. */
  registry(side: 'near' | 'far'): Promise<{ readonly host: string; stop(): Promise<void> }>;
  remove(): Promise<void>;
}

/** Makes a link of so many Mbit/s: `tc tbf` at its near end. Needs root. */
export async function makeShapedLink(megabits: number): Promise<ShapedLink> {
  const name = `tt${String(process.pid)}`;
  const [near, far] = [`${name}n`, `${name}f`];
  const ip = (...args: string[]): void => {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  for (const space of [near, far]) ip('netns', 'add', space);
  ip('link', 'add', `${name}0`, 'netns', near, 'type', 'veth', 'peer', 'name', `${name}1`, 'netns', far);
  const ends = [
    [near, `${name}0`, CLIENT],
    [far, `${name}1`, SERVER],
  ] as const;
  for (const [space, device, address] of ends) {
    ip('-n', space, 'addr', 'add', `${address}/24`, 'dev', device);
    ip('-n', space, 'link', 'set', device, 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
  }
  const shape = ['rate', `${String(megabits)}mbit`, 'burst', '256kb', 'latency', '20ms'];
  execFileSync('tc', ['-n', near, 'qdisc', 'add', 'dev', `${name}0`, 'root', 'tbf', ...shape]);
  const inside = (space: string): string[] => ['ip', 'netns', 'exec', space];
  const start = (space: string, command: readonly string[]): ChildProcess => {
    const [program = '', ...args] = [...inside(space), ...command];
    return spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const closed = once(child, 'close');
    child.kill();
    await closed;
  };
  const sink = start(far, [process.execPath, '-e', SINK]);
  if (sink.stdout !== null) await once(sink.stdout, 'data');
  return {
    near: inside(near),
    rate: (bytes) => {
      const [program, ...args] = [...inside(near), process.execPath, '-e', SOURCE, String(bytes)];
      return bytes / Number(execFileSync(program, args, { encoding: 'utf8' }));
    },
    registry: async (side) => {
      const folder = await mkdtemp(join(tmpdir(), 'far-registry-'));
      const host = `${side === 'far' ? SERVER : '127.0.0.1'}:5000`;
      const config = join(folder, 'config.yml');
      const lines = [
        'version: 0.1',
        'log: {level: error, accesslog: {disabled: true}}',
        `storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}}`,
        `http: {addr: "${host}", secret: fixed-for-benches}`,
      ];
      await writeFile(config, `${lines.join('\n')}\n`);
      const child = start(side === 'far' ? far : near, ['docker-registry', 'serve', config]);
      const [program, ...args] = [...inside(near), 'curl', '-sf', '-o', '/dev/null', `http://${host}/v2/`];
      for (let look = 0; look < 200; look += 1) {
        try {
          execFileSync(program, args, { stdio: 'ignore' });
          break;
        } catch {
          await wait(50);
        }
      }
      return {
        host,
        stop: async () => {
          await end(child);
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
    remove: async () => {
      await end(sink);
      for (const space of [near, far]) ip('netns', 'del', space);
    },
  };
}
