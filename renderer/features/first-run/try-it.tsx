import { Play } from 'lucide-react';
import { type ReactElement, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SampleState } from '../../../shared/models/sample.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { Weave } from '../weave/weave.tsx';
import type { CellKind } from '../weave/weave-cells.ts';
import { WeaveLegend } from '../weave/weave-legend.tsx';
import { sampleLayers } from './sample-layers.ts';
import type { Sample } from './use-sample.ts';

/** The offer to try the product with a VM and a registry of its own: what a push of it would send, and the button. */
export function TryIt(props: {
  readonly sample: Sample;
  readonly state: SampleState;
  readonly onTry: () => void;
}): ReactElement {
  const { sample, state, onTry } = props;
  const { t } = useTranslation('firstRun');
  const words = useErrorWords();
  const [highlighted, setHighlighted] = useState<CellKind | null>(null);
  const { chunkSize } = state;
  // By value: every message of the engine brings another array.
  const drawn = JSON.stringify(state.chunks);
  const layers = useMemo(
    // Made of numbers by the line above.
    () => sampleLayers({ chunks: JSON.parse(drawn) as number[], chunkSize }),
    [drawn, chunkSize],
  );
  const making = state.stage === 'making';
  return (
    <>
      <div className="first-run-weave">
        <Weave layers={layers} chunkSize={chunkSize} label={t('weaveOfSample')} highlighted={highlighted} />
        <WeaveLegend layers={layers} form="two-line" onHighlight={setHighlighted} />
      </div>
      <div className="first-run-line">
        {making ? (
          <Button className="button button-large" onPress={sample.stop}>
            {t('stop')}
          </Button>
        ) : (
          <Button className="button button-primary button-large" onPress={onTry}>
            <Play size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('tryIt')}
          </Button>
        )}
        <span className="first-run-hint" role="status">
          {making
            ? t('making', { written: formatBytes(state.written), size: formatBytes(state.dataSize) })
            : t('tryThen')}
        </span>
      </div>
      {sample.error !== null && (
        <p className="field-error" role="alert">
          {words(sample.error).whole}
        </p>
      )}
    </>
  );
}
