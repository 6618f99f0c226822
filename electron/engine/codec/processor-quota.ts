import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a control group had used at one moment. */
interface Spent {
  /** Of the steady clock. */
  readonly atMs: number;
  /** Processor time of all in the group, since it was made. */
  readonly usedMs: number;
}

/** A control group that may use so many processors. */
interface LimitedGroup {
  readonly folder: string;
  /** Processors that it may use (1.5 = one and a half). */
  readonly processors: number;
  before: Spent | null;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No Linux, an older hierarchy, or a group that went: nothing is known of a quota there.
    return '';
  }
}

/** Processors of `cpu.max` (`QUOTA PERIOD`, `max` = no quota; cgroup-v2.rst of Linux); null where there is no quota. */
function quotaOf(folder: string): number | null {
  const [, quota = '', period = ''] = /^(\d+) (\d+)$/m.exec(textOf(join(folder, 'cpu.max'))) ?? [];
  const processors = Number(quota) / Number(period);
  return quota !== '' && Number.isFinite(processors) && processors > 0 ? processors : null;
}

/**
 * The processors that containers and services are allowed (control groups of version 2 on Linux): the machine's own figures say
 * nothing of them. A group's quota is one of all groups above it as well.
 */
export class ProcessorQuota {
  readonly #groups: LimitedGroup[];
  readonly #steadyMs: () => number;

  /** @param mount where the groups are; `own` says which is this process's; both are other ones only in tests */
  constructor(mount = '/sys/fs/cgroup', own = '/proc/self/cgroup', steadyMs: () => number = () => performance.now()) {
    this.#steadyMs = steadyMs;
    const [, path = '/'] = /^0::(\/.*)$/m.exec(textOf(own)) ?? [];
    const folders = [];
    for (let at = path; ; at = dirname(at)) {
      folders.push(join(mount, at));
      if (at === '/') break;
    }
    this.#groups = folders.flatMap((folder) => {
      const processors = quotaOf(folder);
      return processors === null ? [] : [{ folder, processors, before: null }];
    });
  }

  /** Forgets what went before: the next answer is of the time from now on. */
  begin(): void {
    for (const group of this.#groups) group.before = this.#spent(group);
  }

  /** Processors of the quota that nobody used since the last look; null where there is none, or it cannot be told. */
  look(): number | null {
    const left = this.#groups.flatMap((group) => {
      const { before, processors } = group;
      const now = this.#spent(group);
      group.before = now;
      if (before === null || now === null || now.atMs <= before.atMs) return [];
      return [Math.max(0, processors - (now.usedMs - before.usedMs) / (now.atMs - before.atMs))];
    });
    return left.length === 0 ? null : Math.min(...left);
  }

  #spent({ folder }: LimitedGroup): Spent | null {
    const [, used] = /^usage_usec (\d+)$/m.exec(textOf(join(folder, 'cpu.stat'))) ?? [];
    return used === undefined ? null : { atMs: this.#steadyMs(), usedMs: Number(used) / 1000 };
  }
}
