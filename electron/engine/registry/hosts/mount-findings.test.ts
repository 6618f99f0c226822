import { describe, expect, it } from 'vitest';
import { MountFindings } from './mount-findings.ts';

function findings(works = true) {
  const learned: boolean[] = [];
  return { learned, mounts: new MountFindings(works, (now) => learned.push(now)) };
}

describe('a registry that does not mount', () => {
  it('is taken for one that never does after three blobs, and that is remembered once', () => {
    const { learned, mounts } = findings();
    const seen = ['a', 'b', 'b', 'c', 'd'].map((digest) => {
      mounts.refused(digest);
      return mounts.works;
    });

    expect({ seen, learned }).toEqual({ seen: [true, true, true, false, false], learned: [false] });
  });

  it('is not given up once it has mounted anything', () => {
    const { learned, mounts } = findings();
    mounts.refused('a');
    mounts.mounted();
    for (const digest of ['b', 'c', 'd', 'e']) mounts.refused(digest);

    expect({ works: mounts.works, learned }).toEqual({ works: true, learned: [true] });
  });

  it('is asked again, and remembered as one that does, when it mounts after all', () => {
    const { learned, mounts } = findings(false);
    const before = mounts.works;
    mounts.mounted();

    expect({ before, after: mounts.works, learned }).toEqual({ before: false, after: true, learned: [true] });
  });
});
