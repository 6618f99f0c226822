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

/**
 * The system's colours as they are where the element stands. Names alone would not do: a canvas that is not in the document
 * takes them from the light scheme.
 */
function forcedPalette(element: Element, view: Window): WeavePalette {
  const probe = element.ownerDocument.createElement('span');
  element.parentElement?.append(probe);
  const colour = (name: string): string => {
    probe.style.color = name;
    return view.getComputedStyle(probe).color;
  };
  const [canvas, text, gray] = [colour('Canvas'), colour('CanvasText'), colour('GrayText')];
  probe.remove();
  return {
    present: canvas,
    present2: text,
    mount: text,
    mountTint: canvas,
    duplicate: text,
    duplicateTint: canvas,
    upload: canvas,
    upload2: text,
    uploadTint: canvas,
    fail: text,
    zero: text,
    warp: gray,
    mark: text,
    sunk: canvas,
    controlLine: text,
    text2: text,
    pane: canvas,
    forced: true,
  };
}

/** Reads the palette as it applies to an element. */
export function readPalette(element: Element): WeavePalette {
  const view = element.ownerDocument.defaultView;
  if (view === null) throw new Error('a palette is read in a window');
  if (view.matchMedia('(forced-colors: active)').matches) return forcedPalette(element, view);
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
