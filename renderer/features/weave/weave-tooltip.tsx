import { type ReactElement, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../../shared/layout/weave-layout.ts';
import type { WeaveLayer } from './weave-cells.ts';
import { describeChunk } from './weave-words.ts';

interface WeaveTooltipProps {
  /** The element whose top left corner the box is measured from. */
  readonly band: RefObject<HTMLElement | null>;
  readonly box: Box;
  readonly layer: WeaveLayer;
  readonly chunk: number;
  readonly chunkSize: number;
  readonly byKeyboard: boolean;
}

const FIRST_DELAY_MS = 500;
const NEXT_DELAY_MS = 80;
const DISTANCE = 8;

/** What a cell of a weave says. */
export function WeaveTooltip(props: WeaveTooltipProps): ReactElement {
  const { band, box, layer, chunk, chunkSize, byKeyboard } = props;
  const { t, i18n } = useTranslation('weave');
  const words = describeChunk(t, layer, chunk, { chunkSize, language: i18n.language });
  return (
    <CellTooltip band={band} box={box} chunk={chunk} byKeyboard={byKeyboard}>
      <div>
        <b>{words.name}</b> <span>{words.place}</span>
      </div>
      <div>
        <b>{words.verdict}</b> <span>{words.raw}</span>
      </div>
      <div className="weave-tooltip-reason">{words.reason}</div>
    </CellTooltip>
  );
}

/** Lines over a cell: above it, or below where there is no room, never over it. Screen readers have the cell's name. */
export function CellTooltip(
  props: Pick<WeaveTooltipProps, 'band' | 'box' | 'chunk' | 'byKeyboard'> & { readonly children: ReactNode },
): ReactElement | null {
  const { band, box, chunk, byKeyboard, children } = props;
  const shown = useDelay(byKeyboard ? NEXT_DELAY_MS : FIRST_DELAY_MS, chunk);
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tip = element.current;
    const corner = band.current?.getBoundingClientRect();
    if (tip === null || corner === undefined) return;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const center = corner.left + box.x + box.width / 2;
    const left = Math.max(8, Math.min(window.innerWidth - width - 8, center - width / 2));
    const above = corner.top + box.y - height - DISTANCE;
    const top = above >= 8 ? above : corner.top + box.y + box.height + DISTANCE;
    tip.style.transform = `translate(${String(Math.round(left))}px, ${String(Math.round(top))}px)`;
  });
  if (!shown) return null;
  return createPortal(
    <div className="weave-tooltip" ref={element} aria-hidden="true">
      {children}
    </div>,
    document.body,
  );
}

/** True once the first delay is over; afterwards each further cell takes only the short one. */
function useDelay(firstMs: number, key: number): boolean {
  const [ready, setReady] = useState<number | null>(null);
  const opened = ready !== null;
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setReady(key);
      },
      opened ? NEXT_DELAY_MS : firstMs,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [key, opened, firstMs]);
  return opened;
}
