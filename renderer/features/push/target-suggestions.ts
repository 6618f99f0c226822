import type { Registry } from '../../../shared/models/registry.ts';
import type { TargetDraft } from './target-draft.ts';

/** Something that a target field can be filled with. */
export interface TargetSuggestion {
  /** A repository, or a tag of the repository that the field has. */
  readonly kind: 'repository' | 'tag';
  readonly text: string;
}

/** More would be a list to read instead of one to pick from. */
const MOST = 8;

/** A VM's name as a repository: other characters than a repository may have become hyphens. Null where nothing is left. */
export function repositoryOf(vmName: string): string | null {
  const name = vmName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? null : name;
}

/**
 * Repositories, or tags of the field's repository, that hold what is typed; those that start with it come first. The
 * registry of this computer lists none until it was pushed to: while it is on, one with the VM's name is suggested there.
 */
export function targetSuggestions(
  target: TargetDraft,
  registries: readonly Registry[],
  vmName: string,
): readonly TargetSuggestion[] {
  const typed = target.text.trim().toLowerCase();
  const known = registries.flatMap(({ host, repositories }) =>
    repositories.map((repository) => ({ name: `${host}/${repository.repository}`, repository })),
  );
  const vmRepository = repositoryOf(vmName);
  const own = registries
    .filter(({ thisComputer, health }) => thisComputer && health === 'reachable' && vmRepository !== null)
    .map(({ host }) => `${host}/${vmRepository ?? ''}`);
  const kind = target.name === null ? 'repository' : 'tag';
  const texts =
    kind === 'repository'
      ? [...known.map(({ name }) => name), ...own]
      : known
          .filter(({ name }) => name === target.name)
          .flatMap(({ repository }) => repository.groups.flatMap(({ tags }) => tags))
          .filter((tag) => !target.tags.includes(tag));
  const holding = texts.filter((text) => text.toLowerCase().includes(typed) && text !== target.text.trim());
  const starting = holding.filter((text) => text.toLowerCase().startsWith(typed));
  return [...new Set([...starting, ...holding])].slice(0, MOST).map((text) => ({ kind, text }));
}
