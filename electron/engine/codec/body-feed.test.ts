import { describe, expect, it } from 'vitest';
import { BodyFeed } from './body-feed.ts';
import { ALLOWANCE } from './codec-protocol.ts';

const allowed = (): Promise<boolean> => Promise.resolve(true);
const long = (value: number): Buffer => Buffer.alloc(512 * 1024, value);

describe('a body that is fed', () => {
  it('gets long buffers as they are, copies of short ones, and its end', async () => {
    const feed = new BodyFeed(allowed);
    const short = Buffer.from('short');
    const first = long(1);
    feed.give(first);
    feed.give(short);
    short.fill(0);
    feed.end();
    const got: Buffer[] = [];
    for await (const bytes of feed) got.push(bytes);
    expect({ same: got[0] === first, short: got[1]?.toString(), taken: feed.taken, consumed: feed.consumed }).toEqual({
      same: true,
      short: 'short',
      taken: first.length + 5,
      consumed: true,
    });
  });

  it('gives a buffer back only when the reader asks for the next one', async () => {
    const feed = new BodyFeed(allowed);
    const reader = feed[Symbol.asyncIterator]();
    feed.give(long(1));
    feed.give(long(2));
    await reader.next();
    let free = false;
    const freed = feed.lentAtMost(1).then(() => {
      free = true;
    });
    // The first is with the reader, whose socket may still hold it.
    await Promise.resolve();
    const before = free;
    await reader.next();
    await freed;
    expect({ before, after: free, taken: feed.taken }).toEqual({ before: false, after: true, taken: long(1).length });
  });

  it('asks for each allowance before the last is used up, and sends nothing beyond it', async () => {
    let asked = 0;
    let allow: (yes: boolean) => void = () => undefined;
    const feed = new BodyFeed(() => {
      asked += 1;
      return new Promise((resolve) => {
        allow = resolve;
      });
    });
    const reader = feed[Symbol.asyncIterator]();
    const piece = Buffer.alloc(ALLOWANCE / 4);
    for (let count = 0; count < 5; count += 1) feed.give(piece);
    const seen: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      await reader.next();
      seen.push(asked);
    }
    const fifth = reader.next();
    const waiting = await Promise.race([fifth.then(() => 'sent'), Promise.resolve('waits')]);
    allow(true);
    expect({ seen, waiting, then: (await fifth).done }).toEqual({ seen: [0, 0, 1, 1], waiting: 'waits', then: false });
  });

  it('keeps what it may ahead of the network, and lends the rest', async () => {
    const feed = new BodyFeed(allowed);
    const lent = [1, 2, 3].map(long);
    for (const bytes of lent.slice(0, 1)) feed.give(bytes);
    feed.keepAhead(2 * long(0).length);
    for (const bytes of lent.slice(1)) feed.give(bytes);
    // Only the third had no room: the others are the producer's again.
    await feed.lentAtMost(1);
    lent[0]?.fill(9);
    lent[1]?.fill(9);
    feed.end();
    const got: number[] = [];
    for await (const bytes of feed) got.push(bytes[0] ?? -1);
    expect({ got, taken: feed.taken, consumed: feed.consumed }).toEqual({
      got: [1, 2, 3],
      taken: 3 * long(0).length,
      consumed: true,
    });
  });

  it('breaks off when it is given up, and lets the producer go', async () => {
    const feed = new BodyFeed(() => Promise.reject(new Error('cancelled')));
    const stopped: string[] = [];
    feed.onStop(() => stopped.push('request'));
    const reader = feed[Symbol.asyncIterator]();
    feed.give(long(1));
    await reader.next();
    feed.give(long(2));
    const held = feed.lentAtMost(0);
    feed.stop();
    await held;
    await expect(reader.next()).rejects.toThrow();
    expect({ stopped, consumed: feed.consumed }).toEqual({ stopped: ['request'], consumed: false });
  });

  it('is given up when an allowance is refused', async () => {
    const feed = new BodyFeed(() => Promise.resolve(false));
    const reader = feed[Symbol.asyncIterator]();
    for (let count = 0; count < 6; count += 1) feed.give(Buffer.alloc(ALLOWANCE / 4));
    const read = async (): Promise<void> => {
      for (;;) await reader.next();
    };
    await expect(read()).rejects.toThrow('given up');
  });
});
