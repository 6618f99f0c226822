import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTartVm } from '../../../test/fixtures/tart-vm.ts';
import type { Clock } from '../ports.ts';
import { watchVms } from './watch-vms.ts';

/** Short waits end at once, so that changes are told without delay; the look at states waits for `pass`. */
class WatchClock implements Clock {
  #passed: (() => void)[] = [];
  #asked: () => void = () => undefined;
  /** Resolves when somebody waits for `pass`. */
  readonly asked = new Promise<void>((resolve) => {
    this.#asked = resolve;
  });
  now(): number {
    return 0;
  }
  steady(): number {
    return 0;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 1000) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#passed.push(resolve);
      this.#asked();
      signal?.addEventListener('abort', () => reject(new Error('ended')), { once: true });
    });
  }
  pass(): void {
    for (const resolve of this.#passed.splice(0)) resolve();
  }
}

let parent: string;
let home: string;
let clock: WatchClock;
let watching: { close(): Promise<void> } | null;
let tell: () => void;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'watch-vms-'));
  home = join(parent, 'some', 'tart');
  clock = new WatchClock();
  watching = null;
  tell = () => undefined;
});
afterEach(async () => {
  await watching?.close();
  await rm(parent, { recursive: true, force: true });
});

function watch(): void {
  watching = watchVms(home, clock, () => tell());
}

/** Resolves at the next change that is told from now on. */
function nextChange(): Promise<void> {
  return new Promise((resolve) => {
    tell = resolve;
  });
}

/** Does something again and again until a change is told: a watch needs a moment to be in place. */
async function untilTold(act: (round: number) => Promise<unknown>): Promise<void> {
  const done = new AbortController();
  tell = () => done.abort();
  for (let round = 0; !done.signal.aborted; round++) {
    await act(round);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function makeVm(name: string): Promise<string> {
  const folder = join(home, 'vms', name);
  await mkdir(folder, { recursive: true });
  for (const file of ['config.json', 'nvram.bin', 'disk.img']) await writeFile(join(folder, file), 'x');
  return folder;
}

describe("a watch on Tart's home", () => {
  it('tells of VMs that come, are renamed, suspended and deleted', async () => {
    await makeVm('first');
    watch();
    await untilTold((round) => makeVm(`new-${round}`));
    for (const act of [
      () => rename(join(home, 'vms/first'), join(home, 'vms/renamed')),
      () => writeFile(join(home, 'vms/renamed/state.vzvmsave'), 'x'),
      () => rm(join(home, 'vms/renamed'), { recursive: true }),
    ]) {
      const told = nextChange();
      await act();
      await told;
    }
  });

  it('tells of images that are pulled, and of tags', async () => {
    const place = join(home, 'cache/OCIs/ghcr.io/org/name');
    await mkdir(place, { recursive: true });
    watch();
    await untilTold((round) => mkdir(join(place, `sha256:${round.toString(16).padStart(64, '0')}`)));
    const told = nextChange();
    await symlink(join(place, `sha256:${'0'.repeat(64)}`), join(place, 'latest'));
    await told;
  });

  it('finds a home that comes later, goes and comes again', async () => {
    watch();
    await untilTold((round) => makeVm(`a-${round}`));
    await untilTold(async (round) => {
      if (round === 0) await rm(join(parent, 'some'), { recursive: true });
      clock.pass();
    });
    await untilTold((round) => makeVm(`b-${round}`));
    await untilTold(async (round) => {
      if (round === 0) await rename(join(parent, 'some'), join(parent, 'moved'));
      clock.pass();
    });
  });

  it('tells when a VM starts and stops, which raises no event', async () => {
    const folder = await makeVm('vm');
    const watched = nextChange();
    watch();
    await Promise.all([watched, clock.asked]);
    const run = (): ReturnType<typeof runTartVm> => runTartVm({ configFile: join(folder, 'config.json') });
    let tart: Awaited<ReturnType<typeof run>> | null = null;
    await untilTold(async () => {
      tart ??= await run();
      clock.pass();
    });
    await untilTold(async (round) => {
      if (round === 0) await tart?.stop();
      clock.pass();
    });
  });

  it('tells nothing after its end', async () => {
    await makeVm('vm');
    watch();
    await watching?.close();
    let told = false;
    tell = () => {
      told = true;
    };
    await makeVm('other');
    clock.pass();

    expect(told).toBe(false);
  });
});
