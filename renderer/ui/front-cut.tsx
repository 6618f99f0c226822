import type { ReactElement } from 'react';
import './front-cut.css';

/** A path whose front is cut where there is no room for it, and whose end (a tag) never is. */
export function FrontCut({ path, end = '' }: { readonly path: string; readonly end?: string }): ReactElement {
  return (
    <span className="front-cut">
      <span className="front-cut-path">
        <bdi>{path}</bdi>
      </span>
      {end !== '' && <span className="front-cut-end">{end}</span>}
    </span>
  );
}
