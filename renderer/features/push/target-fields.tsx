import type { TFunction } from 'i18next';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Plan, PlanTarget } from '../../../shared/models/plan.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { targetCost } from './plan-tallies.ts';
import { readTarget, spreadReferences, type TargetDraft } from './target-draft.ts';
import { TargetField } from './target-field.tsx';
import { targetSuggestions } from './target-suggestions.ts';

/** All targets of a push as they are typed. */
export interface TargetFieldsProps {
  readonly targets: readonly TargetDraft[];
  /** Of the VM that is pushed. */
  readonly vmName: string;
  readonly plan: Plan | null;
  /** The plan belongs to what was typed before: its figures are not shown at the fields. */
  readonly stale: boolean;
  /** What is remembered: health, and what can be suggested. */
  readonly registries: readonly Registry[];
  readonly onChange: (targets: readonly TargetDraft[]) => void;
  /** Place of the field that has the focus. */
  readonly onFocus: (place: number) => void;
}

/** The part of the plan that a field stands for. */
export function plannedTarget(target: TargetDraft, plan: Plan | null): PlanTarget | null {
  const [first] = readTarget(target).references;
  if (first === undefined || plan === null) return null;
  const { registry, repository } = parseReference(first);
  return plan.targets.find((other) => other.registry === registry && other.repository === repository) ?? null;
}

function costWords(t: TFunction<'push'>, target: PlanTarget): string {
  const cost = targetCost(target);
  switch (cost.kind) {
    case 'uploads':
      return t('cost.uploads', { bytes: `${cost.estimated ? '~ ' : ''}${formatBytes(cost.bytes)}` });
    case 'mountsAll':
      return t('cost.mountsAll', { count: cost.layers });
    case 'mounts':
      return t('cost.mounts', { count: cost.layers });
    case 'nothing':
      return t('cost.nothing');
  }
}

/** All targets of a push, one field for each repository. */
export function TargetFields(props: TargetFieldsProps): ReactElement {
  const { targets, vmName, plan, stale, registries, onChange, onFocus } = props;
  const { t } = useTranslation('push');
  const [initial] = useState(targets.length);
  return (
    <>
      {targets.map((target, place) => {
        const planned = plannedTarget(target, plan);
        const host = (target.name ?? target.text).split('/')[0] ?? '';
        return (
          <TargetField
            key={target.id}
            target={target}
            planned={planned}
            result={planned === null || stale ? '' : costWords(t, planned)}
            health={registries.find((registry) => registry.host === host)?.health ?? 'unknown'}
            label={targets.length === 1 ? t('target') : t('targetNumber', { number: place + 1 })}
            autoFocus={place === 0 || target.id > initial}
            suggestions={targetSuggestions(target, registries, vmName)}
            onReferences={(from, references) => {
              onChange(spreadReferences(targets, from, references));
            }}
            onChange={(next) => {
              onChange(targets.map((other) => (other.id === next.id ? next : other)));
            }}
            onFocus={() => {
              onFocus(place);
            }}
            onRemove={
              targets.length === 1
                ? undefined
                : () => {
                    onChange(targets.filter((other) => other.id !== target.id));
                  }
            }
          />
        );
      })}
    </>
  );
}
