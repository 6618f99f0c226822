import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../shared/models/capabilities.ts';
import { type Registry, registrySchema } from '../../../shared/models/registry.ts';
import { DEFAULT_CHOICES } from '../../../shared/models/registry-choices.ts';
import { emptyRegistry } from './empty-registry.ts';

function registry(signIn: 'needed' | 'none', account: Registry['account']): Registry {
  const found = Object.fromEntries(
    CAPABILITIES.map((name) => [
      name,
      { result: 'unknown', detail: name === 'signIn' ? signIn : 'notTested', params: {} },
    ]),
  );
  return registrySchema.parse({
    host: 'registry.example',
    thisComputer: false,
    insecure: false,
    health: 'reachable',
    account,
    error: null,
    askedMs: 0,
    repositories: [],
    choices: DEFAULT_CHOICES,
    capabilities: { testedMs: 0, tookMs: 0, wroteTo: null, left: [], product: null, found },
  });
}

describe('a registry without repositories', () => {
  it('wants a sign-in first where nobody is signed in and it lists nothing without an account', () => {
    const account = { name: 'ci', source: 'docker' };
    expect([
      emptyRegistry(registry('needed', null)),
      emptyRegistry(registry('needed', account)),
      emptyRegistry(registry('none', null)),
    ]).toEqual(['signInForRepositories', 'noRepositories', 'noRepositories']);
  });
});
