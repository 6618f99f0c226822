import type { Registry } from '../../../shared/models/registry.ts';

/**
 * Why a registry shows no repository, as a key of the words of the panes: it wants an account that nobody has given, or it
 * has none or lists none.
 */
export function emptyRegistry({ account, capabilities }: Registry): 'signInForRepositories' | 'noRepositories' {
  const wanted = capabilities?.found.signIn.detail === 'needed';
  return account === null && wanted ? 'signInForRepositories' : 'noRepositories';
}
