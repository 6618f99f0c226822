import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../shared/models/registry.ts';
import { sampleRegistry } from '../../../test/fixtures/window/sample-registry.ts';
import { emptyTarget, typeText } from './target-draft.ts';
import { targetSuggestions } from './target-suggestions.ts';

const OWN = sampleRegistry({ host: '127.0.0.1:5080', thisComputer: true, askedMs: 1 });
const suggested = (registry: Registry, vmName: string, typed = ''): readonly string[] =>
  targetSuggestions(typeText(emptyTarget(1), typed), [registry], vmName).map(({ text }) => text);

describe('what a target is suggested to be', () => {
  it('is a repository of the name of the VM on this computer, while its registry is on', () => {
    expect(suggested(OWN, 'Sonoma Base (2)')).toEqual(['127.0.0.1:5080/sonoma-base-2']);
    expect(suggested({ ...OWN, health: 'offline' }, 'sonoma')).toEqual([]);
    expect(suggested(OWN, '测试')).toEqual([]);
  });

  it('and the repositories that are there, each once', () => {
    const repositories = ['sonoma', 'xcode'].map((repository) => ({
      repository,
      readMs: 1,
      tagCount: 0,
      groups: [],
      storedSize: null,
      invalidTags: [],
      incomplete: false,
      pinned: false,
    }));
    expect(suggested({ ...OWN, repositories }, 'sonoma')).toEqual(['127.0.0.1:5080/sonoma', '127.0.0.1:5080/xcode']);
    expect(suggested({ ...OWN, repositories }, 'sonoma', 'xco')).toEqual(['127.0.0.1:5080/xcode']);
  });
});
