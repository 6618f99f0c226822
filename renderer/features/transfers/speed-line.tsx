import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SpeedSample } from './job-mirror.ts';

const WIDTH = 150;
const HEIGHT = 16;
const SPAN_MS = 5 * 60_000;

/** Points of the line: the newest at the right, full height for the fastest. Exported for its test. */
export function speedPoints(samples: readonly SpeedSample[]): string {
  const newest = samples.at(-1)?.atMs ?? 0;
  const fastest = Math.max(1, ...samples.map(({ rate }) => rate));
  return samples
    .map(({ atMs, rate }) => {
      const x = WIDTH * (1 - (newest - atMs) / SPAN_MS);
      const y = 1 + (HEIGHT - 3) * (1 - rate / fastest);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

/** The speed of the last five minutes; the figure stands beside it in words. */
export function SpeedLine({ samples }: { readonly samples: readonly SpeedSample[] }): ReactElement | null {
  const { t } = useTranslation('transfers');
  if (samples.length < 2) return null;
  return (
    <span className="speed-line" aria-hidden="true">
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        <path className="speed-line-ground" d={`M0 ${String(HEIGHT - 0.5)}h${String(WIDTH)}`} />
        <polyline points={speedPoints(samples)} />
      </svg>
      {t('last5min')}
    </span>
  );
}
