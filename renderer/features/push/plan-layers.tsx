import { type ReactElement, useMemo } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import { LayerTable } from '../weave/layer-table.tsx';
import { filterLayers, type LayerFilter, VERDICTS, verdictTallies } from './plan-tallies.ts';

/** What the table of layers shows, and which of them. */
export interface PlanLayersProps {
  readonly target: PlanTarget;
  readonly chunkSize: number;
  readonly filter: LayerFilter;
  readonly onFilter: (filter: LayerFilter) => void;
  readonly marked: number | null;
  readonly onMark: (index: number | null) => void;
  readonly revealed: { readonly index: number } | null;
  readonly onCopy: (text: string) => void;
}

const TABS = ['upload', 'mount', 'present', 'duplicate', 'unknown', 'all'] as const;

function isFilter(key: unknown): key is LayerFilter {
  return key === 'zero' || TABS.some((tab) => tab === key);
}

/** The layers of a plan, one verdict at a time. */
export function PlanLayers(props: PlanLayersProps): ReactElement {
  const { target, chunkSize, filter, onFilter, marked, onMark, revealed, onCopy } = props;
  const { t } = useTranslation('push');
  const tallies = useMemo(() => verdictTallies(target.layers), [target.layers]);
  const shown = useMemo(() => filterLayers(target.layers, filter), [target.layers, filter]);
  const estimates = target.layers.filter((layer) => layer.size === null).length;
  const total = VERDICTS.reduce((sum, verdict) => sum + tallies[verdict].count, tallies.unknown.count);
  return (
    <>
      <div className="plan-layers-head">
        <h3>{t('weave:layers')}</h3>
        <ToggleButtonGroup
          className="segments"
          aria-label={t('weave:layers')}
          disallowEmptySelection
          selectedKeys={[filter]}
          onSelectionChange={(keys) => {
            const [key] = keys;
            if (isFilter(key)) onFilter(key);
          }}
        >
          {TABS.filter((tab) => tab === 'all' || tallies[tab].count > 0 || tab === filter).map((tab) => (
            <ToggleButton key={tab} id={tab} className="segment">
              {tab === 'all' ? t('all') : t(`weave:kind.${tab}`)}
              <span className="segment-count">{tab === 'all' ? total : tallies[tab].count}</span>
            </ToggleButton>
          ))}
          {filter === 'zero' && (
            <ToggleButton id="zero" className="segment">
              {t('weave:kind.zero')} <span className="segment-count">{shown.length}</span>
            </ToggleButton>
          )}
        </ToggleButtonGroup>
        {estimates > 0 && <span className="plan-layers-estimates">{t('estimates', { count: estimates })}</span>}
      </div>
      <LayerTable
        layers={shown}
        chunkSize={chunkSize}
        label={t('weave:layers')}
        columns="plan"
        marked={marked}
        onMark={onMark}
        revealed={revealed}
        onCopy={onCopy}
        empty={t('weave:noLayers', { kind: filter === 'all' ? t('all') : t(`weave:kind.${filter}`) })}
      />
    </>
  );
}
