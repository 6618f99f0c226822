import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import { targetCost } from './plan-tallies.ts';

/** What one target costs, in its shortest form. */
export function costWords(t: TFunction<'push'>, target: PlanTarget): string {
  const cost = targetCost(target);
  switch (cost.kind) {
    case 'uploads':
      return t(target.place === 'registry' ? 'cost.uploads' : 'cost.writes', {
        bytes: `${cost.estimated ? '~ ' : ''}${formatBytes(cost.bytes)}`,
      });
    case 'mountsAll':
      return t('cost.mountsAll', { count: cost.layers });
    case 'mounts':
      return t('cost.mounts', { count: cost.layers });
    case 'nothing':
      return t('cost.nothing');
  }
}

/** What a target is called where a registry's is called by its repository. */
export function targetTitle(t: TFunction<'push'>, { place, registry, repository }: PlanTarget): string {
  switch (place) {
    case 'registry':
      return repository;
    case 'layout':
      return registry.slice('oci:'.length);
    case 'store':
      return t('localStore');
  }
}
