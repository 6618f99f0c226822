import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepHeapSmall } from './small-heap.ts';

describe('the heap of the command line', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    setFlagsFromString('--no-optimize-for-size');
  });

  it('is grown as usual while a command starts, and kept small once it has run for eight seconds', () => {
    // The tag is made of V8's version and its flags.
    const asStarted = cachedDataVersionTag();
    keepHeapSmall();
    vi.advanceTimersByTime(7999);
    const starting = cachedDataVersionTag();
    vi.advanceTimersByTime(1);

    expect([starting === asStarted, cachedDataVersionTag() === asStarted]).toEqual([true, false]);
  });
});
