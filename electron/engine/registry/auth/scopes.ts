/** The token scope for reading a repository. */
export function pullScope(repository: string): string {
  return `repository:${repository}:pull`;
}

/** The token scope for reading and writing a repository. */
export function pushScope(repository: string): string {
  return `repository:${repository}:pull,push`;
}

/** The token scope for reading, writing and deleting in a repository; a server that knows no `delete` grants the rest. */
export function deleteScope(repository: string): string {
  return `repository:${repository}:pull,push,delete`;
}

function split(scope: string): { readonly resource: string; readonly actions: readonly string[] } {
  const at = scope.lastIndexOf(':');
  return { resource: scope.slice(0, at), actions: scope.slice(at + 1).split(',') };
}

/** Whether a token for `granted` is good for a request that needs `wanted`. */
export function coversScopes(granted: readonly string[], wanted: readonly string[]): boolean {
  const known = granted.map(split);
  return (
    wanted.length > 0 &&
    wanted.map(split).every(({ resource, actions }) => {
      const found = known.find((scope) => scope.resource === resource);
      return found !== undefined && actions.every((action) => found.actions.includes(action));
    })
  );
}

/** The repository of the most needed scope; null where it is about the registry itself. */
export function repositoryOf(scopes: readonly string[]): string | null {
  return /^repository:(.+):[^:]*$/.exec(scopes[0] ?? '')?.[1] ?? null;
}

/** The scopes of two lists, the first first; actions of one resource in one scope. */
export function joinScopes(first: readonly string[], others: readonly string[]): string[] {
  const joined = new Map<string, Set<string>>();
  for (const { resource, actions } of [...first, ...others].map(split)) {
    const known = joined.get(resource) ?? new Set();
    for (const action of actions) known.add(action);
    joined.set(resource, known);
  }
  return [...joined].map(([resource, actions]) => `${resource}:${[...actions].join(',')}`);
}
