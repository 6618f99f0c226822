/** The colours a weave is painted with, read from the tokens of the style sheet. */
export interface WeavePalette {
  readonly present: string;
  readonly present2: string;
  readonly mount: string;
  readonly mountTint: string;
  readonly duplicate: string;
  readonly duplicateTint: string;
  readonly upload: string;
  readonly upload2: string;
  readonly uploadTint: string;
  readonly fail: string;
  readonly zero: string;
  readonly warp: string;
  readonly mark: string;
  readonly sunk: string;
  readonly controlLine: string;
  readonly text2: string;
  readonly pane: string;
  /** Colours are the system's: every cell gets an edge, because fills may be alike. */
  readonly forced: boolean;
}

const FORCED: WeavePalette = {
  present: 'Canvas',
  present2: 'CanvasText',
  mount: 'CanvasText',
  mountTint: 'Canvas',
  duplicate: 'CanvasText',
  duplicateTint: 'Canvas',
  upload: 'Canvas',
  upload2: 'CanvasText',
  uploadTint: 'Canvas',
  fail: 'CanvasText',
  zero: 'CanvasText',
  warp: 'GrayText',
  mark: 'CanvasText',
  sunk: 'Canvas',
  controlLine: 'CanvasText',
  text2: 'CanvasText',
  pane: 'Canvas',
  forced: true,
};

/** Reads the palette as it applies to an element. */
export function readPalette(element: Element): WeavePalette {
  const view = element.ownerDocument.defaultView;
  if (view === null || view.matchMedia('(forced-colors: active)').matches) return FORCED;
  const style = view.getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    present: token('present'),
    present2: token('present-2'),
    mount: token('mount'),
    mountTint: token('mount-tint'),
    duplicate: token('dup'),
    duplicateTint: token('dup-tint'),
    upload: token('upload'),
    upload2: token('upload-2'),
    uploadTint: token('upload-tint'),
    fail: token('fail'),
    zero: token('zero'),
    warp: token('warp'),
    mark: token('mark'),
    sunk: token('sunk'),
    controlLine: token('ctl-line'),
    text2: token('text-2'),
    pane: token('pane'),
    forced: false,
  };
}

/** Calls back whenever the tokens may have changed: theme, contrast, forced colours, system scheme. */
export function onPaletteChange(element: Element, changed: () => void): () => void {
  const root = element.ownerDocument.documentElement;
  const observer = new MutationObserver(changed);
  observer.observe(root, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
  const view = element.ownerDocument.defaultView;
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'].flatMap(
    (query) => view?.matchMedia(query) ?? [],
  );
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', changed);
  };
}
