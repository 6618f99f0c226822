import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';

/** Which set of colours the window is drawn in. */
export type DrawnTheme = 'light' | 'dark' | 'contrast';

/** Colours that the host itself paints: the tokens `pane`, `chrome` and `text`. */
const COLOURS: Readonly<Record<DrawnTheme, { pane: string; chrome: string; text: string }>> = {
  light: { pane: '#ffffff', chrome: '#ecedee', text: '#1b1e22' },
  dark: { pane: '#1a1c1f', chrome: '#25282c', text: '#e7e9eb' },
  contrast: { pane: '#ffffff', chrome: '#ffffff', text: '#000000' },
};

const TITLE_BAR_HEIGHT = 40;
/** Least size of the window in CSS pixels. */
export const LEAST_SIZE = { width: 960, height: 600 } as const;

/** What decides how a window is made. */
export interface WindowFacts {
  readonly platform: NodeJS.Platform;
  readonly theme: DrawnTheme;
  readonly bounds: Partial<Rectangle> & { readonly width: number; readonly height: number };
  /** Path of the built preload script. */
  readonly preload: string;
  readonly packaged: boolean;
}

/** Colours of the strip where Windows and Linux draw the window controls. */
export function titleBarOverlay(theme: DrawnTheme): { color: string; symbolColor: string; height: number } {
  // One pixel less, so that the hairline under the title bar is not covered.
  return { color: COLOURS[theme].chrome, symbolColor: COLOURS[theme].text, height: TITLE_BAR_HEIGHT - 1 };
}

/** What is painted before the page is, so that nothing flashes. */
export function windowBackground(theme: DrawnTheme): string {
  return COLOURS[theme].pane;
}

/** Options of the one window. Every security option is named even where it is the default. */
export function createWindowOptions(facts: WindowFacts): BrowserWindowConstructorOptions {
  const frame: BrowserWindowConstructorOptions =
    facts.platform === 'darwin'
      ? { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 14, y: 14 } }
      : { titleBarStyle: 'hidden', titleBarOverlay: titleBarOverlay(facts.theme), autoHideMenuBar: true };
  return {
    ...facts.bounds,
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    title: 'Tartan',
    show: false,
    backgroundColor: windowBackground(facts.theme),
    ...frame,
    webPreferences: {
      preload: facts.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !facts.packaged,
    },
  };
}
