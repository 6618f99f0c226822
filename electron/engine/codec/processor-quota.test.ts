import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessorQuota } from './processor-quota.ts';

let home: string;
let nowMs: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'processor-quota-'));
  nowMs = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What the kernel tells of a group. @param usedMs null = nothing */
function group(path: string, max: string, usedMs: number | null): void {
  const folder = join(home, path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cpu.max'), `${max}\n`);
  if (usedMs === null) rmSync(join(folder, 'cpu.stat'), { force: true });
  else writeFileSync(join(folder, 'cpu.stat'), `usage_usec ${usedMs * 1000}\nuser_usec 7\nnr_periods 5\n`);
}

function quotaFor(own: string): ProcessorQuota {
  writeFileSync(join(home, 'own'), own);
  return new ProcessorQuota(home, join(home, 'own'), () => nowMs);
}

/** Looks a tenth of a second after the start. */
function lookAfter(quota: ProcessorQuota, meanwhile: () => void): number | null {
  quota.begin();
  nowMs += 100;
  meanwhile();
  return quota.look();
}

describe('processors of a quota that nobody used', () => {
  it('are those that the group was allowed without what all of it used', () => {
    group('', '150000 100000', 5000);
    const quota = quotaFor('0::/\n');
    const first = lookAfter(quota, () => group('', '150000 100000', 5050));
    nowMs += 100;
    // For a moment more than it may use on the whole.
    group('', '150000 100000', 5250);

    expect([first, quota.look()]).toEqual([1, 0]);
  });

  it('are the fewest of the groups above, too', () => {
    group('machine.slice', '300000 100000', 1000);
    group('machine.slice/box', 'max 100000', 1000);
    const quota = quotaFor('9:name=systemd:/\n0::/machine.slice/box\n');

    expect(lookAfter(quota, () => group('machine.slice', '300000 100000', 1250))).toBe(0.5);
  });

  it.each([
    ['there is no quota', () => group('', 'max 100000', 0)],
    ['there are no such groups', () => undefined],
    ['what was used is not told', () => group('', '100000 100000', null)],
  ])('are not known where %s', (_why, prepare) => {
    prepare();
    expect(lookAfter(quotaFor('0::/\n'), () => undefined)).toBeNull();
  });

  it('are not known before somebody begins, nor of no time', () => {
    group('', '100000 100000', 5);
    const quota = quotaFor('0::/\n');
    expect([quota.look(), quota.look()]).toEqual([null, null]);
  });
});
