import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeRepositories, likeness } from './alike-repositories.ts';

const part = fc.constantFrom('acme', 'ci', 'macos', 'base', 'xcode', 'sonoma');
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const names = fc.uniqueArray(name, { maxLength: 12 });

describe('the repositories that are read for one that nothing is known of', () => {
  it('are those that hold its layers, the most first, whatever they are called', () => {
    const readable = ['ci/sonoma', 'acme/sonoma', 'other/a', 'other/b'];

    expect(alikeRepositories('acme/new', { holding: ['other/b', 'other/a'], readable })).toEqual([
      'other/b',
      'other/a',
    ]);
  });

  it('are else those with the same last part, then those that begin alike', () => {
    const readable = ['zoo/animals', 'acme/macos/xcode', 'ci/sonoma', 'acme/ubuntu'];

    expect(alikeRepositories('acme/macos/sonoma', { holding: [], readable })).toEqual([
      'ci/sonoma',
      'acme/macos/xcode',
    ]);
  });

  it('are none where no name is alike and nothing is held', () => {
    expect(alikeRepositories('acme/sonoma', { holding: [], readable: ['zoo/animals', 'ci/ubuntu'] })).toEqual([]);
  });

  it('are at most two, each once, of those that may be read, and never the target itself', () => {
    fc.assert(
      fc.property(name, names, names, (target, holding, readable) => {
        const found = alikeRepositories(target, { holding, readable });
        expect(found.length).toBeLessThanOrEqual(2);
        expect(new Set(found).size).toBe(found.length);
        expect(found.filter((one) => one === target || !readable.includes(one))).toEqual([]);
      }),
    );
  });

  it('leave out none that holds layers, or is more alike, for one that is less so', () => {
    fc.assert(
      fc.property(name, names, names, (target, holding, readable) => {
        const found = alikeRepositories(target, { holding, readable });
        const held = (one: string): number => (holding.includes(one) ? holding.length - holding.indexOf(one) : 0);
        const worth = (one: string): number => held(one) * 1000 + likeness(one, target);
        const left = readable.filter((one) => one !== target && worth(one) > 0 && !found.includes(one));
        const least = Math.min(...found.map(worth));
        expect(left.filter((one) => found.length < 2 || worth(one) > least)).toEqual([]);
      }),
    );
  });

  it('are as alike one way as the other, and a name is most alike to itself', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(likeness(one, other)).toBe(likeness(other, one));
        expect(likeness(one, other)).toBeLessThanOrEqual(likeness(one, one));
      }),
    );
  });
});
