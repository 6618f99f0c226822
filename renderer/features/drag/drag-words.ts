import type { TFunction } from 'i18next';
import { vmTitle } from '../local/vm-title.ts';
import { type Cargo, tagsOfCargo } from './cargo.ts';
import type { DropTarget } from './drop-target.ts';

/** What is carried, in a word: its tag, its repository, its VM, or how many tags. */
export function cargoName(t: TFunction<'drag'>, cargo: Cargo): string {
  if (cargo.kind === 'vm') return vmTitle(cargo.vm);
  if (cargo.whole) return cargo.repository;
  const tags = tagsOfCargo(cargo);
  const [first, ...rest] = tags;
  if (first === undefined) return cargo.images[0]?.digest ?? cargo.repository;
  return rest.length === 0 ? first : t('cargo.tags', { count: tags.length });
}

/** `Copy to macos/sonoma`: what a drop there does. The host is said where it is another one than the cargo's. */
export function dropVerb(t: TFunction<'drag'>, cargo: Cargo, target: DropTarget | null, moving: boolean): string {
  if (target === null) return t('verb.none');
  const verb = cargo.kind === 'vm' ? 'push' : moving ? 'move' : 'copy';
  const { host, repository, tags } = target;
  if (repository === null) return t(`verb.${verb}New`);
  const here = cargo.kind === 'images' && cargo.host === host;
  const tag = tags.length === 1 ? `:${tags[0] ?? ''}` : '';
  return t(`verb.${verb}`, { place: `${here ? '' : `${host}/`}${repository}${tag}` });
}
