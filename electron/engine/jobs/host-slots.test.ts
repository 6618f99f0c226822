import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../../../test/fixtures/manual-clock.ts';
import { EVERY_HOST, HostSlots } from './host-slots.ts';
import { JobShare } from './job-share.ts';

/** Slots, and what runs in them until it is ended. */
function scene(limits: Record<string, number>) {
  const slots = new HostSlots(new ManualClock(), 2);
  const running = new Map<string, () => void>();
  const start = async (
    name: string,
    hosts: readonly string[],
    signal = new AbortController().signal,
    share?: JobShare,
  ): Promise<void> => {
    const wanted = hosts.map((host) => ({ host, limit: () => limits[host] ?? 1 }));
    const leave = await slots.enter(wanted, signal, share);
    running.set(name, () => {
      running.delete(name);
      leave();
    });
  };
  const end = async (name: string): Promise<void> => {
    running.get(name)?.();
    await settle();
  };
  return { slots, start, end, names: () => [...running.keys()] };
}

describe('slots of hosts', () => {
  it('are taken of both sides at once: copies in opposite directions never wait for each other', async () => {
    const { start, end, names } = scene({ a: 1, b: 1 });
    const all = [start('there', ['a', 'b']), start('back', ['b', 'a']), start('again', ['a', 'b'])];
    await settle();
    const seen = [names()];
    for (const name of ['there', 'back', 'again']) {
      await end(name);
      seen.push(names());
    }
    await Promise.all(all);
    expect(seen).toEqual([['there'], ['back'], ['again'], []]);
  });

  it('are as many as the busier host has; who waits for that one keeps nobody from another', async () => {
    const { start, names } = scene({ source: 4, one: 1, two: 2 });
    for (const [name, target] of [
      ['1', 'one'],
      ['2', 'one'],
      ['3', 'two'],
      ['4', 'two'],
      ['5', 'two'],
    ] as const)
      void start(name, ['source', target]);
    await settle();
    expect(names()).toEqual(['1', '3', '4']);
  });

  it('are one where a host is left none: a job that could never begin would wait for ever', async () => {
    const { start, names } = scene({ a: 0 });
    for (const name of ['first', 'second']) void start(name, ['a']);
    await settle();
    expect(names()).toEqual(['first']);
  });

  it('of a full host go to who waits longest', async () => {
    const { start, end, names } = scene({ a: 1 });
    for (const name of ['first', 'second', 'third']) void start(name, ['a']);
    await settle();
    const seen = [names()];
    await end('first');
    seen.push(names());
    await end('second');
    expect([...seen, names()]).toEqual([['first'], ['second'], ['third']]);
  });

  it('come to everybody: who waits for two hosts is not overtaken for ever', async () => {
    const { start, end, names } = scene({ a: 1, b: 1 });
    void start('a0', ['a']);
    void start('b0', ['b']);
    void start('both', ['a', 'b']);
    for (let at = 1; at <= 40; at += 1) for (const host of ['a', 'b']) void start(`${host}${String(at)}`, [host]);
    await settle();
    let turns = 0;
    for (; !names().includes('both') && turns < 80; turns += 1) {
      const ending = names().find((name) => name.startsWith(turns % 2 === 0 ? 'a' : 'b'));
      await end(ending ?? names()[0] ?? '');
    }
    expect(turns).toBeLessThan(30);
  });

  it('of who gives up go to the next', async () => {
    const { start, end, names } = scene({ a: 1 });
    const stop = new AbortController();
    void start('first', ['a']);
    const given = start('gives up', ['a'], stop.signal);
    void start('next', ['a']);
    stop.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    await end('first');
    expect(names()).toEqual(['next']);
  });

  it('follow a limit that changes', async () => {
    const limits = { a: 1 };
    const { slots, start, names } = scene(limits);
    void start('1', ['a']);
    void start('2', ['a']);
    await settle();
    const before = names();
    limits.a = 2;
    slots.changed();
    await settle();
    expect([before, names()]).toEqual([['1'], ['1', '2']]);
  });
});

/** Jobs that want so many turns each, all of which last; answers how many each job has after so many ends. */
async function sharedOut(jobs: Record<string, { turns: number; share: JobShare }>, slots: number, ends: number) {
  const { slots: all, start, end, names } = scene({ [EVERY_HOST]: slots });
  for (const [name, { turns, share }] of Object.entries(jobs)) {
    for (let at = 0; at < turns; at += 1) void start(`${name} ${String(at)}`, [EVERY_HOST], undefined, share);
  }
  await settle();
  // Who began first ends first.
  for (let at = 0; at < ends; at += 1) await end(names()[0] ?? '');
  const has = (): Record<string, number> =>
    Object.fromEntries(
      Object.keys(jobs).map((name) => [name, names().filter((one) => one.startsWith(`${name} `)).length]),
    );
  return { all, has, end, names };
}

describe('slots that jobs share', () => {
  it('are shared evenly once a large job’s first layers end, and a small job gets its turn with the first of them', async () => {
    const large = { turns: 100, share: new JobShare() };
    const small = { turns: 8, share: new JobShare() };
    const seen = [];
    for (const ends of [0, 1, 2, 6]) seen.push((await sharedOut({ large, small }, 4, ends)).has());

    expect(seen).toEqual([
      { large: 4, small: 0 },
      { large: 3, small: 1 },
      { large: 2, small: 2 },
      { large: 2, small: 2 },
    ]);
  });

  it('go to the job that is looked at three times as often, and evenly again when nobody looks', async () => {
    const watched = { turns: 100, share: new JobShare() };
    const other = { turns: 100, share: new JobShare() };
    watched.share.watched = true;
    const { has, end, names } = await sharedOut({ other, watched }, 4, 12);
    const looked = has();
    watched.share.watched = false;
    for (let at = 0; at < 12; at += 1) await end(names()[0] ?? '');

    expect({ looked, unwatched: has() }).toEqual({
      looked: { other: 1, watched: 3 },
      unwatched: { other: 2, watched: 2 },
    });
  });

  it('are not kept free by who waits for a host that is full', async () => {
    const { start, end, names } = scene({ [EVERY_HOST]: 2, slow: 1, fast: 9 });
    const [waiting, busy] = [new JobShare(), new JobShare()];
    void start('slow 0', ['slow', EVERY_HOST], undefined, waiting);
    void start('slow 1', ['slow', EVERY_HOST], undefined, waiting);
    for (let at = 0; at < 40; at += 1) void start(`fast ${String(at)}`, ['fast', EVERY_HOST], undefined, busy);
    await settle();
    for (let at = 0; at < 30; at += 1) await end(names().find((name) => name.startsWith('fast')) ?? '');

    expect(names()).toEqual(['slow 0', 'fast 30']);
  });
});
