import type { ReactElement } from 'react';
import type { PlaceKind } from '../../../shared/models/differences.ts';
import { CellSwatch } from '../weave/cell-swatch.tsx';

/** A cell of the comparison beside its word. */
export function CompareSwatch({ kind }: { readonly kind: PlaceKind }): ReactElement {
  switch (kind) {
    case 'common':
      return <CellSwatch kind="present" />;
    case 'zero':
    case 'unknown':
      return <CellSwatch kind={kind} />;
    case 'onlyA':
    case 'onlyB':
    case 'moved':
      return (
        <svg className="cell-swatch" aria-hidden="true" width="11" height="14" viewBox="0 0 11 14">
          {kind === 'moved' ? (
            <>
              <rect className="sw-moved" x="0.75" y="0.75" width="9.5" height="12.5" rx="1.5" />
              <path className="sw-arrow" d="M3 7h5M5.500 4.500 8 7 5.500 9.500" />
            </>
          ) : (
            <>
              <rect className="sw-hollow" x="0.5" y="0.5" width="10" height="13" rx="1.5" />
              <path className="sw-stroke" d={kind === 'onlyA' ? 'm2.500 11 6-8' : 'm2.500 3 6 8'} />
            </>
          )}
        </svg>
      );
  }
}
