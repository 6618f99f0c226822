import type { ReactElement } from 'react';
import '../weave/weave.css';
import './charts.css';

/** What fills a shape: the fills of the weave by verdict, and the check of what is shared. */
export const CHART_FILL = {
  present: 'url(#chart-present)',
  mount: 'url(#chart-mount)',
  duplicate: 'url(#chart-duplicate)',
  upload: 'url(#chart-upload)',
  shared: 'url(#chart-shared)',
} as const;

/** The textures of the pictures: once in the screen; coloured by the style sheet, so that a theme needs nothing more. */
export function ChartPatterns(): ReactElement {
  return (
    <svg className="chart-patterns" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="chart-present" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path className="sw-present" d="M0 0h4v4H0z" />
          <path className="sw-twill" d="M2 0v4" />
        </pattern>
        <pattern id="chart-mount" width="4" height="4" patternUnits="userSpaceOnUse">
          <path className="sw-mount-tint" d="M0 0h4v4H0z" />
          <path className="sw-mount" d="M0 0h2.500v4H0z" />
        </pattern>
        <pattern id="chart-duplicate" width="4" height="9" patternUnits="userSpaceOnUse">
          <path className="sw-duplicate-tint" d="M0 0h4v9H0z" />
          <path className="sw-duplicate" d="M0 0h4v6.500H0z" />
        </pattern>
        <pattern id="chart-upload" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path className="sw-upload" d="M0 0h5v5H0z" />
          <path className="sw-hatch" d="M2.500 0v5" />
        </pattern>
        <pattern id="chart-shared" width="8" height="8" patternUnits="userSpaceOnUse">
          <path className="chart-shared-ground" d="M0 0h8v8H0z" />
          <path className="chart-shared-thread" d="M2.500 0v8M5.500 0v8M0 2.500h8M0 5.500h8" />
        </pattern>
      </defs>
    </svg>
  );
}

/** The check of what is shared, beside its word. */
export function SharedSwatch(): ReactElement {
  return (
    <svg className="cell-swatch" aria-hidden="true" width="11" height="14" viewBox="0 0 11 14">
      <rect fill={CHART_FILL.shared} width="11" height="14" rx="1.500" />
    </svg>
  );
}

/** What only one image has, beside its word. */
export function UniqueSwatch(): ReactElement {
  return (
    <svg className="cell-swatch" aria-hidden="true" width="11" height="14" viewBox="0 0 11 14">
      <rect className="chart-unique" width="11" height="14" rx="1.500" />
    </svg>
  );
}
