import type { TFunction } from 'i18next';
import { Copy, RotateCcw, RotateCw } from 'lucide-react';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import { ContextMenu, type MenuCommand, type MenuGroups } from '../../ui/context-menu.tsx';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { Segments } from '../../ui/segments.tsx';
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
  /** Layers that are sent whatever the registry says. */
  readonly sendAgain: SendAgain;
  readonly onSendAgain: (sendAgain: SendAgain) => void;
}

const TABS = ['upload', 'mount', 'present', 'duplicate', 'unknown', 'all'] as const;

/** The layers of a plan, one verdict at a time. */
export function PlanLayers(props: PlanLayersProps): ReactElement {
  const { target, chunkSize, filter, onFilter, marked, onMark, revealed, onCopy, sendAgain, onSendAgain } = props;
  const [menu, setMenu] = useState<{ readonly digest: string | null; readonly place: MenuPlace } | null>(null);
  const { t } = useTranslation('push');
  const tallies = useMemo(() => verdictTallies(target.layers), [target.layers]);
  const shown = useMemo(() => filterLayers(target.layers, filter), [target.layers, filter]);
  const estimates = target.layers.filter((layer) => layer.size === null).length;
  const total = VERDICTS.reduce((sum, verdict) => sum + tallies[verdict].count, tallies.unknown.count);
  const tabs = TABS.filter((tab) => tab === 'all' || tallies[tab].count > 0 || tab === filter);
  return (
    <>
      <div className="plan-layers-head">
        <h3>{t('weave:layers')}</h3>
        <Segments<LayerFilter>
          label={t('weave:layers')}
          choices={filter === 'zero' ? [...tabs, 'zero'] : tabs}
          value={filter}
          words={(tab) => (tab === 'all' ? t('all') : t(`weave:kind.${tab}`))}
          count={(tab) => (tab === 'all' ? total : tab === 'zero' ? shown.length : tallies[tab].count)}
          onChange={onFilter}
        />
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
        onMenu={({ digest }, place) => setMenu({ digest, place })}
        empty={t('weave:noLayers', { kind: filter === 'all' ? t('all') : t(`weave:kind.${filter}`) })}
      />
      {menu !== null && (
        <ContextMenu
          place={menu.place}
          label={t('weave:layers')}
          groups={layerCommands(t, menu.digest, sendAgain, { onCopy, onSendAgain })}
          onClose={() => setMenu(null)}
        />
      )}
    </>
  );
}

/** What can be done to one layer of a plan, and to all of them: copied, and sent although the registry says that it has them. */
function layerCommands(
  t: TFunction<'push'>,
  digest: string | null,
  sendAgain: SendAgain,
  { onCopy, onSendAgain }: Pick<PlanLayersProps, 'onCopy' | 'onSendAgain'>,
): MenuGroups {
  const some = sendAgain === 'all' ? [] : sendAgain;
  const one: MenuCommand[] = [];
  if (digest !== null) {
    one.push({ id: 'copy', label: t('copyDigest'), icon: Copy, act: () => onCopy(digest) });
    if (sendAgain !== 'all') {
      const chosen = some.includes(digest);
      const next = chosen ? some.filter((other) => other !== digest) : [...some, digest];
      one.push({
        id: 'one',
        label: t(chosen ? 'sendAgain.notThis' : 'sendAgain.this'),
        icon: RotateCw,
        act: () => onSendAgain(next),
      });
    }
  }
  const all: MenuCommand =
    sendAgain.length === 0
      ? { id: 'all', label: t('sendAgain.all'), icon: RotateCw, act: () => onSendAgain('all') }
      : { id: 'none', label: t('sendAgain.none'), icon: RotateCcw, act: () => onSendAgain([]) };
  return [one, [all]];
}
