import { ArrowLeftRight } from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ComparedName, Comparison } from '../../../shared/models/comparison.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useSnapshots } from '../../state/use-snapshots.ts';
import { sideChoices } from './compare-sides.ts';
import { chooseCompared, comparedPair } from './compare-start.ts';
import { snapshotTitle } from './compare-words.ts';
import { NamesakeLine } from './namesake-line.tsx';
import { SidePicker } from './side-picker.tsx';

/** See {@link ComparedSides}. */
export interface ComparedSidesProps {
  readonly vms: readonly Vm[];
  readonly registries: readonly Registry[];
  /** What came of comparing; null while nothing did. */
  readonly current: Comparison | null;
}

/** Both sides of a comparison: each can be chosen anew, and they change places. */
export function ComparedSides({ vms, registries, current }: ComparedSidesProps): ReactElement {
  const { t, i18n } = useTranslation('compare');
  const { a, b } = useStore(comparedPair);
  const snapshots = useSnapshots(null);
  const choices = useMemo(
    () =>
      sideChoices(vms, snapshots, registries, {
        snapshot: (snapshot) => snapshotTitle(t, snapshot, i18n.language),
        cached: (size) => (size === '' ? t('inCache') : `${t('inCache')}${t('comma')}${size}`),
      }),
    [vms, snapshots, registries, t, i18n.language],
  );
  const chooseA = (name: ComparedName): void => chooseCompared({ a: name });
  const chooseB = (name: ComparedName): void => chooseCompared({ b: name });
  return (
    <div className="compare-sides">
      <SidePicker letter="A" choices={choices} chosen={a} side={current?.a ?? null} onChoose={chooseA} />
      <Button
        className="button compare-swap"
        aria-label={t('swap')}
        data-tip={t('swap')}
        onPress={() => chooseCompared({ a: b, b: a })}
      >
        <ArrowLeftRight size={14} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <SidePicker letter="B" choices={choices} chosen={b} side={current?.b ?? null} onChoose={chooseB} />
      <NamesakeLine letter="A" side={current?.a ?? null} onChoose={chooseA} />
      <NamesakeLine letter="B" side={current?.b ?? null} onChoose={chooseB} />
    </div>
  );
}
