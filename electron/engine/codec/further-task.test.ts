import { describe, expect, it } from 'vitest';
import { takesFurtherTask } from './further-task.ts';

describe('a worker takes a further task', () => {
  it.each([
    ['waits for a far registry, and processors are idle', 0.5, 1.5, true],
    ['waits for a registry that uses what is left of the processors', 0.5, 0.1, false],
    ['stands still, whoever uses the processors', 0.02, 0, true],
    ['waits a little, as between two chunks', 0.75, 1.5, false],
    ['is busy, however many processors are idle', 0.95, 3, false],
  ])('or not: it %s', (_name, busy, idleProcessors, expected) => {
    expect(takesFurtherTask(busy, idleProcessors)).toBe(expected);
  });
});
