import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** What a process and all its children cost, seen from outside. */
export interface MeasuredRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to exit. */
  readonly seconds: number;
  /** User and system time of the whole tree. */
  readonly cpuSeconds: number;
  /** Bytes that the whole tree took by read(2) and its kin: files, pipes and sockets, whether cached or not. */
  readonly bytesRead: number;
  /** Peak of the sum of PSS over the tree, in bytes; 0 unless asked for. */
  readonly peakMemory: number;
  /**
   * Peak of what of that belongs to no file, in bytes; 0 unless asked for. Programs of the same Node beside it share the
   * pages of its binary: its part in PSS grows by up to 30 MB when they end.
   */
  readonly peakAnonymous: number;
}

/** Runs its arguments and writes the kernel's account of all that was waited for to descriptor 3. */
const ACCOUNTANT =
  '"$@"; status=$?; read -r times < /proc/$$/stat; io=$(</proc/$$/io); echo "$times" >&3; echo "$io" >&3; exit $status';
const TICKS = 100;

/** Every process with its parent. */
async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // It may have ended meanwhile.
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = /^\d+ \(.*\) \S (\d+) /s.exec(text)?.[1];
    if (parent !== undefined) found.set(Number(name), Number(parent));
  }
  return found;
}

/** Memory of processes, in bytes. */
interface Memory {
  readonly all: number;
  /** What belongs to no file. */
  readonly anonymous: number;
}

/** Sum of PSS of the descendants of `root`: pages that several processes map count once. */
async function treeMemory(root: number): Promise<Memory> {
  const all = await parents();
  let sum: Memory = { all: 0, anonymous: 0 };
  for (const pid of all.keys()) {
    let at: number | undefined = all.get(pid);
    while (at !== undefined && at > 1 && at !== root) at = all.get(at);
    if (at !== root) continue;
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    const bytes = (field: RegExp): number => Number(field.exec(text)?.[1] ?? 0) * 1024;
    sum = {
      all: sum.all + bytes(/^Pss:\s+(\d+) kB/m),
      anonymous: sum.anonymous + bytes(/^Pss_Anon:\s+(\d+) kB/m),
    };
  }
  return sum;
}

/** CPU seconds that a process has used so far. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return cpuOf(await readFile(`/proc/${pid}/stat`, 'utf8'), [14, 15]);
}

/** Sums fields of /proc/PID/stat, counted from 1 as in proc(5). */
function cpuOf(stat: string, fields: readonly number[]): number {
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.reduce((sum, field) => sum + Number(rest[field - 3] ?? 0), 0) / TICKS;
}

/**
 * Runs a program to its end and measures it from outside.
 *
 * @param options `memory`: look at its memory every 50 ms, which itself costs time
 */
export async function measure(
  command: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly memory?: boolean } = {},
): Promise<MeasuredRun> {
  const startedMs = performance.now();
  const child = spawn('bash', ['-c', ACCOUNTANT, 'measured', ...command], {
    // Further certificates, which Node reads at each start where this names a file, are no part of what is measured.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
  texts.forEach((parts, at) => child.stdio[at + 1]?.on('data', (bytes: Buffer) => parts.push(bytes)));
  let seconds = 0;
  child.once('exit', () => {
    seconds = (performance.now() - startedMs) / 1000;
  });
  const closed = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  let [peakMemory, peakAnonymous] = [0, 0];
  const watching = { on: options.memory === true };
  const watched = (async () => {
    while (watching.on && child.pid !== undefined) {
      const [memory] = await Promise.all([treeMemory(child.pid), new Promise((resolve) => setTimeout(resolve, 50))]);
      peakMemory = Math.max(peakMemory, memory.all);
      peakAnonymous = Math.max(peakAnonymous, memory.anonymous);
    }
  })();
  const status = await closed;
  watching.on = false;
  await watched;
  const [stdout = '', stderr = '', account = ''] = texts.map((parts) => Buffer.concat(parts).toString('utf8'));
  const [stat = '', ...io] = account.split('\n');
  return {
    status,
    stdout,
    stderr,
    seconds,
    // Fields 16 and 17: children that were waited for, and theirs.
    cpuSeconds: cpuOf(stat, [16, 17]),
    bytesRead: Number(/^rchar: (\d+)/m.exec(io.join('\n'))?.[1] ?? Number.NaN),
    peakMemory,
    peakAnonymous,
  };
}
