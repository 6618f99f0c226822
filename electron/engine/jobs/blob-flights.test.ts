import { describe, expect, it } from 'vitest';
import { BlobFlights, type FlightContent, type LandedBlob } from './blob-flights.ts';

const content = (more: Partial<FlightContent>): FlightContent => ({
  digest: null,
  rawDigest: null,
  range: null,
  ...more,
});
const LANDED: LandedBlob = { digest: 'sha256:packed', size: 5, rawDigest: 'sha256:raw', zero: false };

describe('an upload that is under way', () => {
  it.each([
    ['packed bytes', { digest: 'sha256:packed' }],
    ['raw bytes', { rawDigest: 'sha256:raw' }],
    ['range of one disk', { range: '1:2@0+10' }],
  ])('is waited for by another job with the same %s, to whatever repository of that registry', async (_name, same) => {
    const flights = new BlobFlights();
    const [first, second] = [{}, {}];
    const land = flights.begin('a.io', 'one', content({ rawDigest: 'sha256:raw', ...same }), first);
    const found = flights.ofOthers('a.io', content(same), second);
    const others = [
      flights.ofOthers('a.io', content(same), first),
      flights.ofOthers('b.io', content(same), second),
      flights.ofOthers('a.io', content({ digest: 'sha256:other' }), second),
    ];
    land(LANDED);

    expect({ repository: found?.repository, landed: await found?.landed, others }).toEqual({
      repository: 'one',
      landed: LANDED,
      others: [null, null, null],
    });
    expect(flights.ofOthers('a.io', content(same), second)).toBeNull();
  });

  it('that fails, or whose job pauses, makes nobody wait longer', async () => {
    const flights = new BlobFlights();
    const [first, second] = [{}, {}];
    const failed = flights.begin('a.io', 'one', content({ digest: 'sha256:failed' }), first);
    flights.begin('a.io', 'one', content({ digest: 'sha256:paused', range: 'r' }), first);
    const waiting = ['sha256:failed', 'sha256:paused'].map(async (digest) => {
      return await flights.ofOthers('a.io', content({ digest }), second)?.landed;
    });
    failed(null);
    flights.release(first);

    expect(await Promise.all(waiting)).toEqual([null, null]);
  });

  it('stays the one to wait for when another begins, and does not end with that one', () => {
    const flights = new BlobFlights();
    const [first, second, third] = [{}, {}, {}];
    flights.begin('a.io', 'one', content({ digest: 'sha256:x' }), first);
    flights.begin('a.io', 'two', content({ digest: 'sha256:x' }), second)(null);

    expect(flights.ofOthers('a.io', content({ digest: 'sha256:x' }), third)?.repository).toBe('one');
  });

  it('is remembered once it arrived: a plan that was made before knows nothing of it', () => {
    const flights = new BlobFlights();
    const [first, second] = [{}, {}];
    flights.begin('a.io', 'one', content({ rawDigest: 'sha256:raw', range: '1:2@0+10' }), first)(LANDED);
    const asked = [
      content({ digest: 'sha256:packed' }),
      content({ rawDigest: 'sha256:raw' }),
      content({ range: '1:2@0+10' }),
    ];

    expect({
      others: asked.map((what) => flights.landed('a.io', what, second)?.repository),
      own: flights.landed('a.io', content({ digest: 'sha256:packed' }), first),
      elsewhere: flights.landed('b.io', content({ digest: 'sha256:packed' }), second),
    }).toEqual({ others: ['one', 'one', 'one'], own: null, elsewhere: null });
  });
});
