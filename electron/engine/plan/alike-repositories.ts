/** Repositories beside the targets that are read for a target. */
const MOST_ALIKE = 2;

/**
 * The repositories of a registry that are worth reading for a target that nothing is known of, the best first, two at most.
 *
 * @param holding those that hold most of the image's layers, the most first; only what is also in `readable` counts
 * @param readable those that this account was seen to read
 */
export function alikeRepositories(
  target: string,
  { holding, readable }: { readonly holding: readonly string[]; readonly readable: readonly string[] },
): string[] {
  const open = new Set(readable);
  const alike = readable
    .map((name) => ({ name, likeness: likeness(name, target) }))
    .filter((other) => other.likeness > 0)
    .sort((one, other) => other.likeness - one.likeness)
    .map(({ name }) => name);
  return [...new Set([...holding.filter((name) => open.has(name)), ...alike])]
    .filter((name) => name !== target)
    .slice(0, MOST_ALIKE);
}

/** How alike two names are: the same last part counts most (`acme/base`, `ci/base`), then each part that both begin with. */
export function likeness(one: string, other: string): number {
  const [mine, theirs] = [one.split('/'), other.split('/')];
  const different = mine.findIndex((part, at) => part !== theirs[at]);
  const begin = different === -1 ? mine.length : different;
  return (mine.at(-1) === theirs.at(-1) ? 10 : 0) + begin;
}
