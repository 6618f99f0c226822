import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { layoutPlace, parseImageLocation } from '../../../shared/models/image-location.ts';
import type { Plan, PlanTarget } from '../../../shared/models/plan.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { costWords } from './cost-words.ts';
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
  const location = parseImageLocation(first);
  const { registry, repository } =
    location.kind === 'registry'
      ? location.reference
      : { registry: layoutPlace(location.layout.folder), repository: location.layout.repository };
  return (
    plan.targets.find(
      (other) => other.place !== 'store' && other.registry === registry && other.repository === repository,
    ) ?? null
  );
}

/** All targets of a push, one field for each repository. */
export function TargetFields(props: TargetFieldsProps): ReactElement {
  const { targets, vmName, plan, stale, registries, onChange, onFocus } = props;
  const { t } = useTranslation('push');
  const [initial] = useState(targets.length);
  // They came when another field was left, and do not take the focus from what it was left for.
  const [quiet, setQuiet] = useState<readonly number[]>([]);
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
            autoFocus={place === 0 || (target.id > initial && !quiet.includes(target.id))}
            suggestions={targetSuggestions(target, registries, vmName)}
            onReferences={(from, references, left) => {
              const next = spreadReferences(targets, from, references);
              if (left) setQuiet(next.map(({ id }) => id));
              onChange(next);
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
