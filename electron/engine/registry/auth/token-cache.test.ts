import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { type Token, TokenCache } from './token-cache.ts';

/** A question for a token that the test answers. */
interface Question {
  readonly signal: AbortSignal;
  answer(header: string, refreshAtMs?: number): void;
  refuse(): void;
}

describe('the tokens of a host', () => {
  const never = new AbortController().signal;

  function scene(): {
    readonly asked: Question[];
    readonly advance: (ms: number) => void;
    readonly get: (key: string, signal?: AbortSignal) => Promise<string>;
    readonly cache: TokenCache;
  } {
    const cache = new TokenCache();
    const asked: Question[] = [];
    let now = 0;
    const ask = (signal: AbortSignal): Promise<Token> =>
      new Promise((resolve, reject) => {
        asked.push({
          signal,
          answer: (header, refreshAtMs = 1000) => resolve({ header, refreshAtMs }),
          refuse: () => reject(new AppError('auth.unauthorized', { host: 'a.io' })),
        });
      });
    return {
      cache,
      asked,
      advance: (ms) => {
        now += ms;
      },
      get: async (key, signal = never) => (await cache.get(key, () => now, ask, signal)).header,
    };
  }

  it('are asked for once, however many wait, and anew before they end', async () => {
    const { asked, get, advance } = scene();
    const waiting = Promise.all(Array.from({ length: 50 }, () => get('a')));
    asked[0]?.answer('first');
    const first = await waiting;
    advance(999);
    const still = await get('a');
    advance(1);
    const renewed = Promise.all([get('a'), get('a'), get('a')]);
    asked[1]?.answer('second', 5000);

    expect({ first: new Set(first), still, renewed: await renewed, asked: asked.length }).toEqual({
      first: new Set(['first']),
      still: 'first',
      renewed: ['second', 'second', 'second'],
      asked: 2,
    });
  });

  it('are not taken from those who wait when one of them goes away; the last one ends the question', async () => {
    const { asked, get } = scene();
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = [get('a', one.signal), get('a', other.signal)].map((work) => work.catch(() => 'gone'));
    one.abort();
    const early = await waiting[0];
    const stillAsked = asked[0]?.signal.aborted;
    other.abort();
    const late = await waiting[1];
    const next = get('a');
    asked[1]?.answer('next');

    expect({ early, stillAsked, late, ended: asked[0]?.signal.aborted, next: await next }).toEqual({
      early: 'gone',
      stillAsked: false,
      late: 'gone',
      ended: true,
      next: 'next',
    });
  });

  it('are asked for anew after a refusal, by key, and after all were forgotten', async () => {
    const { asked, get, cache } = scene();
    const refused = [get('a'), get('a')].map((work) => work.catch((error: unknown) => String(error)));
    asked[0]?.refuse();
    const outcomes = await Promise.all(refused);
    const keep = async (key: string, header: string): Promise<string> => {
      const work = get(key);
      asked.at(-1)?.answer(header);
      return await work;
    };
    await keep('a', 'one');
    await keep('b', 'two');
    cache.refused(undefined);
    cache.refused('one');
    const after = [await get('b'), await keep('a', 'three')];
    cache.clear();

    expect({ outcomes, after, cleared: await keep('b', 'four'), asked: asked.length }).toEqual({
      outcomes: ['AppError: auth.unauthorized', 'AppError: auth.unauthorized'],
      after: ['two', 'three'],
      cleared: 'four',
      asked: 5,
    });
  });

  it('of another account that were asked for when somebody signed in are given to who waits, and not kept', async () => {
    const { asked, get, cache } = scene();
    const before = get('a');
    cache.clear();
    const behind = get('a');
    asked[1]?.answer('new account');
    asked[0]?.answer('old account');
    const given = [await before, await behind];

    expect({ given, kept: await get('a'), asked: asked.length }).toEqual({
      given: ['old account', 'new account'],
      kept: 'new account',
      asked: 2,
    });
  });

  it('are kept for the newest 256 lists of scopes', async () => {
    const { asked, get } = scene();
    for (let key = 0; key < 300; key += 1) {
      const work = get(String(key));
      asked.at(-1)?.answer(`token ${key}`);
      await work;
    }
    const kept = await get('44');
    const gone = get('43');
    asked.at(-1)?.answer('anew');
    expect([kept, await gone, asked.length]).toEqual(['token 44', 'anew', 301]);
  });
});
