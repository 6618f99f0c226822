import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { Plan, PlanTarget } from '../../../shared/models/plan.ts';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { useLayerFocus } from '../weave/use-layer-focus.ts';
import { Weave } from '../weave/weave.tsx';
import { targetTitle } from './cost-words.ts';
import { PlanLayers } from './plan-layers.tsx';
import { PlanNotices } from './plan-notices.tsx';
import { PlanSummary } from './plan-summary.tsx';
import type { LayerFilter } from './plan-tallies.ts';

/** A plan, or as much of it as is known. */
export interface PlanViewProps {
  readonly plan: Plan;
  /** The target whose layers are shown. */
  readonly target: PlanTarget;
  readonly language: string;
  /** Tags of the old images that the plan moves tags from. */
  readonly registries: readonly Registry[];
  readonly onCopy: (text: string) => void;
  readonly onNewManifest: () => void;
  /** Compares what is pushed with an image of a registry. */
  readonly onCompare: (image: ComparedName) => void;
  /** Layers that are sent whatever the registry says. */
  readonly sendAgain: SendAgain;
  readonly onSendAgain: (sendAgain: SendAgain) => void;
}

/** A plan: price, verdicts, weave, notices, layers. Nothing here is reckoned beside the plan. */
export function PlanView(props: PlanViewProps): ReactElement {
  const { plan, target, language, registries, onCopy, sendAgain, onSendAgain } = props;
  const { t } = useTranslation('push');
  const [chosen, setFilter] = useState<LayerFilter | null>(null);
  const { highlighted, setHighlighted, marked, setMarked, revealed, open } = useLayerFocus();
  const sends = target.layers.some((layer) => layer.verdict === 'upload');
  const filter = chosen ?? (sends ? 'upload' : 'all');
  return (
    <>
      <PlanSummary
        plan={plan}
        target={target}
        several={plan.targets.length > 1}
        filter={chosen ?? 'all'}
        onFilter={setFilter}
        onHighlight={setHighlighted}
      />
      <div className="push-weave">
        <Weave
          key={`${target.registry}/${target.repository}`}
          layers={target.layers}
          chunkSize={plan.chunkSize}
          label={t('weaveLabel', { repository: targetTitle(t, target) })}
          highlighted={highlighted}
          marked={marked}
          onMark={setMarked}
          onOpen={(index) => {
            setFilter('all');
            open(index);
          }}
        />
      </div>
      <div className="push-notices">
        <PlanNotices
          plan={plan}
          language={language}
          registries={registries}
          onNewManifest={props.onNewManifest}
          onCompare={props.onCompare}
        />
      </div>
      <PlanLayers
        target={target}
        chunkSize={plan.chunkSize}
        filter={filter}
        onFilter={setFilter}
        marked={marked}
        onMark={setMarked}
        revealed={revealed}
        onCopy={onCopy}
        sendAgain={sendAgain}
        onSendAgain={onSendAgain}
      />
    </>
  );
}
