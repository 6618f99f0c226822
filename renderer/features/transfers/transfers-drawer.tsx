import type { ReactElement } from 'react';

export interface TransfersDrawerProps {
  /** The window asked for a drawer of this height in CSS px. */
  readonly height: number;
  onResize(height: number): void;
  onClose(): void;
}

/** The jobs, the chosen one with its live weave. */
export function TransfersDrawer({ height }: TransfersDrawerProps): ReactElement {
  return <section style={{ height }} />;
}
