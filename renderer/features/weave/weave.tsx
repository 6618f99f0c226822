import type { ReactElement } from 'react';
import type { JobLayer } from '../../../shared/models/job.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';

/** What a weave draws: layers of a plan, or of a job (with their live status). Only those of kind `disk` are cells. */
export type WeaveLayer = PlanLayer | JobLayer;

export interface WeaveProps {
  readonly layers: readonly WeaveLayer[];
  /** Raw bytes of a chunk. */
  readonly chunkSize: number;
  /** Names the picture for screen readers. */
  readonly label: string;
}

/** An image as a band of cells, one a chunk in disk order. */
export function Weave({ layers, label }: WeaveProps): ReactElement {
  return (
    <div role="img" aria-label={label}>
      {layers.length}
    </div>
  );
}
