import type { ReactElement } from 'react';
import type { WeaveLayer } from './weave.tsx';

export interface ThreadProps {
  readonly layers: readonly WeaveLayer[];
  /** 92 instead of 56 px. */
  readonly wide?: boolean;
}

/** The weave of a row: 12 px high, the verdict as height. Hidden from screen readers, the row has the figures. */
export function Thread({ layers, wide = false }: ThreadProps): ReactElement {
  return <svg aria-hidden="true" width={wide ? 92 : 56} height={12} data-chunks={layers.length} />;
}
