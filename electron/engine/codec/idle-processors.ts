import { type CpuInfo, cpus } from 'node:os';
import { ProcessorQuota } from './processor-quota.ts';

/** ms that a processor spent, since the machine started. */
interface Spent {
  readonly all: number;
  readonly idle: number;
}

function sum(processors: readonly CpuInfo[]): Spent {
  let all = 0;
  let idle = 0;
  for (const { times } of processors) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, idle };
}

/**
 * How many of this machine's processors nobody uses, whoever the others are: a registry on the same machine, for one; of those
 * that this process is allowed, where it is allowed fewer. The system counts in steps of about 10 ms.
 */
export class IdleProcessors {
  readonly #read: () => readonly CpuInfo[];
  readonly #quota: Pick<ProcessorQuota, 'begin' | 'look'>;
  #before: Spent | null = null;

  /** @param read the system's figures; other ones, and another quota, only in tests */
  constructor(
    read: () => readonly CpuInfo[] = cpus,
    quota: Pick<ProcessorQuota, 'begin' | 'look'> = new ProcessorQuota(),
  ) {
    this.#read = read;
    this.#quota = quota;
  }

  /** Forgets what went before: the next answer is of the time from now on. */
  begin(): void {
    this.#before = sum(this.#read());
    this.#quota.begin();
  }

  /** Processors that were idle since the last look (1.5 = three of four for half of it); all where it cannot be told. */
  look(): number {
    return Math.min(this.#ofMachine(), this.#quota.look() ?? Number.POSITIVE_INFINITY);
  }

  #ofMachine(): number {
    const processors = this.#read();
    const now = sum(processors);
    const before = this.#before;
    this.#before = now;
    if (before === null || now.all <= before.all) return Math.max(1, processors.length);
    return (processors.length * (now.idle - before.idle)) / (now.all - before.all);
  }
}
