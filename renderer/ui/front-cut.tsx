import { type ReactElement, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import './front-cut.css';
import { remPx } from './text-width.ts';

/** A path whose front is cut where there is no room for it, and whose end (a tag) never is. */
export function FrontCut({ path, end = '' }: { readonly path: string; readonly end?: string }): ReactElement {
  const whole = useRef<HTMLSpanElement>(null);
  const cut = useRef<HTMLSpanElement>(null);
  // Letters stand closer in some languages than in others.
  const { language } = useTranslation().i18n;
  useLayoutEffect(() => {
    const place = whole.current?.parentElement;
    const box = cut.current;
    if (place == null || box === null) return;
    let placeWidth = -1;
    const fit = (): void => {
      // Narrowing the box can change its place only in height.
      if (place.clientWidth === placeWidth) return;
      placeWidth = place.clientWidth;
      box.style.maxWidth = '';
      if (box.scrollWidth <= box.clientWidth) return;
      // A narrower box can be given less room by what stands beside it: then a letter less fits.
      for (let round = 0; round < 4; round += 1) {
        const width = cutWidth(box, path, box.getBoundingClientRect().width);
        if (width === null) return;
        box.style.maxWidth = `${String(width)}px`;
        if (box.getBoundingClientRect().width >= width - 0.2) return;
      }
    };
    const fitAnew = (): void => {
      placeWidth = -1;
      fit();
    };
    fit();
    // A place that is as wide as its words stays narrow once they are cut: what it stands in says that there is room again.
    const around = placesAround(place);
    const rooms = new Map(around.map((element) => [element, roomOf(element)]));
    const observer = new ResizeObserver((entries) => {
      const changed = entries.filter(({ target }) => rooms.get(target) !== roomOf(target));
      for (const { target } of changed) rooms.set(target, roomOf(target));
      if (changed.length > 0) fitAnew();
    });
    for (const element of around) observer.observe(element);
    // Letters measured before their font was there had other widths. A document without a layout has no fonts.
    const fonts = 'fonts' in document ? document.fonts : null;
    fonts?.addEventListener('loadingdone', fitAnew);
    return () => {
      observer.disconnect();
      fonts?.removeEventListener('loadingdone', fitAnew);
    };
  }, [path, end, language]);
  return (
    <span ref={whole} className="front-cut">
      <span ref={cut} className="front-cut-path">
        <bdi>{path}</bdi>
      </span>
      {end !== '' && <span className="front-cut-end">{end}</span>}
    </span>
  );
}

/** Levels above a cut path that are watched: one of them, as a cell of a table or a pane, is as wide as the window lets it be. */
const MOST_AROUND = 6;

function placesAround(place: Element): Element[] {
  const around: Element[] = [];
  let next: Element | null = place;
  while (next !== null && around.length < MOST_AROUND) {
    around.push(next);
    next = next.parentElement;
  }
  return around;
}

/** What decides how many letters an element has room for: its width, and how large the text of the window is. */
function roomOf(element: Element): string {
  return `${String(element.clientWidth)} ${String(remPx())}`;
}

/** Width in px of an ellipsis and of the longest end of `path` that fit into `room`; null where there is nothing to measure with. */
function cutWidth(box: HTMLElement, path: string, room: number): number | null {
  const text = box.querySelector('bdi')?.firstChild;
  if (text == null) return null;
  const range = document.createRange();
  const dots = ellipsisWidth(box);
  if (dots === null) return null;
  const widthFrom = (start: number): number => {
    range.setStart(text, start);
    range.setEnd(text, path.length);
    return dots + range.getBoundingClientRect().width;
  };
  let from = 0;
  let to = path.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (widthFrom(middle) <= room) to = middle;
    else from = middle + 1;
  }
  // A fraction of a pixel more than needed, so that rounding drops no letter.
  return from === path.length ? null : Math.min(room, Math.ceil(widthFrom(from) * 4 + 1) / 4);
}

let canvas: CanvasRenderingContext2D | null = null;

function ellipsisWidth(box: HTMLElement): number | null {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return null;
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(box);
  // The shorthand is empty where font features are set.
  canvas.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  return canvas.measureText('…').width;
}
