import type { ReactElement } from 'react';

export interface TransfersStripProps {
  onOpen(): void;
}

/** The 28 px line at the bottom of the window: what runs, or how the last transfer ended. */
export function TransfersStrip({ onOpen }: TransfersStripProps): ReactElement {
  return (
    <footer>
      <button type="button" onClick={onOpen} />
    </footer>
  );
}
