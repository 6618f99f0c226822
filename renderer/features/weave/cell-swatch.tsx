import type { ReactElement } from 'react';
import type { CellKind } from './weave-cells.ts';
import './weave.css';

const ROUND = { width: 11, height: 14, rx: 1.5 };
const INNER = { x: 0.5, y: 0.5, width: 10, height: 13, rx: 1.5 };

/** By kind; a zero chunk is a thread and wider. */
const SHAPES: Readonly<Record<Exclude<CellKind, 'zero'>, ReactElement>> = {
  present: (
    <>
      <rect className="sw-present" {...ROUND} />
      <path className="sw-twill" d="M-1 6 6-1M-1 12 12-1M0 16.500 12 4.500M5 16.500 12 9.500" />
    </>
  ),
  upload: (
    <>
      <rect className="sw-upload" {...ROUND} />
      <path className="sw-hatch" d="M0 5 5 0M0 12 11 1M4 14.500 11 7.500" />
    </>
  ),
  mount: (
    <>
      <path className="sw-mount-tint" d="M0 0h11v14H0z" />
      <path className="sw-mount" d="M0 0h3v14H0zM4 0h3v14H4zM8 0h3v14H8z" />
    </>
  ),
  duplicate: (
    <>
      <path className="sw-duplicate-tint" d="M0 0h11v14H0z" />
      <path className="sw-duplicate" d="M0 0h11v5H0zM0 9h11v5H0z" />
    </>
  ),
  unknown: <rect className="sw-unknown" {...INNER} />,
  waiting: <rect className="sw-waiting" {...INNER} />,
  done: (
    <>
      <rect className="sw-present" {...ROUND} />
      <circle className="sw-knot" cx="5.5" cy="7" r="1.7" />
    </>
  ),
  committing: (
    <>
      <rect className="sw-upload" {...ROUND} />
      <path className="sw-knot" d="M3 4.500h5v5H3z" />
    </>
  ),
  uploading: (
    <>
      <rect className="sw-sending" {...INNER} />
      <path className="sw-upload" d="M0 7h11v5.500a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 0 12.500z" />
      <path className="sw-crest" d="M0 7h11v1.500H0z" />
    </>
  ),
  retrying: (
    <>
      <rect className="sw-sending" {...INNER} />
      <path className="sw-upload" d="M1 8h9v5H1z" />
      <path className="sw-fail" d="M5.500 0H11v5.500z" />
      <rect className="sw-fail-edge" x="0.75" y="0.75" width="9.5" height="12.5" rx="1.5" />
    </>
  ),
  failed: (
    <>
      <rect className="sw-fail" {...ROUND} />
      <path className="sw-cross" d="m3 4.500 5 5m0-5-5 5" />
    </>
  ),
  mounting: (
    <>
      <rect className="sw-mounting" {...INNER} />
      <path className="sw-mount" d="M0 0h4v14H0z" />
    </>
  ),
  checking: (
    <>
      <rect className="sw-quiet" {...INNER} />
      <circle className="sw-ring" cx="5.500" cy="7" r="2.500" />
    </>
  ),
  hashing: (
    <>
      <rect className="sw-quiet" {...INNER} />
      <path
        className="sw-dots"
        d="M3 3h1.500v1.500H3zM6.500 3H8v1.500H6.500zM3 6.250h1.500v1.500H3zM6.500 6.250H8v1.500H6.500zM3 9.500h1.500V11H3zM6.500 9.500H8V11H6.500z"
      />
    </>
  ),
  encoding: (
    <>
      <rect className="sw-quiet" {...INNER} />
      <path className="sw-dots" d="M2.500 3.500h6v1h-6zM3.500 6.500h4v1h-4zM4.500 9.500h2v1h-2z" />
    </>
  ),
  cancelled: (
    <>
      <rect className="sw-quiet" {...INNER} />
      <path className="sw-dots" d="M3 6.250h5v1.500H3z" />
    </>
  ),
};

/** A cell of the weave beside its word: the same shapes and textures as on the canvas, coloured by the style sheet. */
export function CellSwatch({ kind }: { readonly kind: CellKind }): ReactElement {
  if (kind === 'zero') {
    return (
      <svg className="cell-swatch" aria-hidden="true" width="24" height="14" viewBox="0 0 24 14">
        <path className="sw-zero" d="M0 6h24v2H0z" />
      </svg>
    );
  }
  return (
    <svg className="cell-swatch" aria-hidden="true" width="11" height="14" viewBox="0 0 11 14">
      {SHAPES[kind]}
    </svg>
  );
}
