import { join } from 'node:path';
import { BrowserWindow, ipcMain, screen } from 'electron';
import type { Handlers, Subscribe } from '../../shared/contract/handlers.ts';
import type { Log } from '../engine/ports.ts';
import type { CommandQueue } from './command-queue.ts';
import { attachIpcHost } from './ipc-host.ts';
import type { TaskbarProgress } from './progress.ts';
import { openingBounds, readWindowState, writeWindowState } from './window-bounds.ts';
import { createWindowOptions, type DrawnTheme, titleBarOverlay, windowBackground } from './window-options.ts';

/** The one window of the app. */
export interface AppWindow {
  focus(): void;
  isFocused(): boolean;
  isFullScreen(): boolean;
  paint(theme: DrawnTheme): void;
  showProgress(progress: TaskbarProgress): void;
  /** Remembers where the window stands. */
  remember(): Promise<void>;
  readonly window: BrowserWindow;
}

/** What a window is opened with. */
export interface WindowParts {
  /** The page: `app://tartan/`. */
  readonly url: string;
  /** The page's origin, whose messages are listened to. */
  readonly origin: string;
  readonly builtFolder: string;
  readonly packaged: boolean;
  readonly theme: DrawnTheme;
  /** File that remembers the bounds. */
  readonly stateFile: string;
  readonly handlers: Handlers;
  readonly on: Subscribe;
  /** Gets this window as the one that commands go to. */
  readonly commands: CommandQueue;
  readonly log: Log;
  /** The person closes the window; false = it stays. */
  readonly mayClose: () => boolean;
  readonly onClosed: () => void;
}

function drawProgress(window: BrowserWindow, progress: TaskbarProgress): void {
  if (window.isDestroyed()) return;
  switch (progress.mode) {
    case 'none':
      window.setProgressBar(-1);
      break;
    case 'indeterminate':
      window.setProgressBar(2, { mode: 'indeterminate' });
      break;
    case 'normal':
    case 'paused':
      window.setProgressBar(progress.fraction, { mode: progress.mode });
      break;
  }
}

/** Opens the window. It is shown when its first paint is ready. */
export async function openWindow(parts: WindowParts): Promise<AppWindow> {
  const saved = await readWindowState(parts.stateFile);
  const window = new BrowserWindow(
    createWindowOptions({
      platform: process.platform,
      theme: parts.theme,
      bounds: openingBounds(
        saved,
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      preload: join(parts.builtFolder, '..', 'preload', 'preload.cjs'),
      packaged: parts.packaged,
    }),
  );
  const { handlers, on, origin, commands, log } = parts;
  const host = attachIpcHost({ ipc: ipcMain, contents: window.webContents, origin, handlers, on, log });
  commands.connect((command) => host.emit('app.command', command));
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) commands.loading();
  });
  const remember = async (): Promise<void> => {
    if (window.isDestroyed()) return;
    await writeWindowState(parts.stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }).catch(
      (error: unknown) => {
        log.debug('window bounds are not remembered', { reason: String(error) });
      },
    );
  };
  window.once('ready-to-show', () => {
    if (saved?.maximized === true) window.maximize();
    window.show();
  });
  window.on('close', (event) => {
    if (parts.mayClose()) void remember();
    else event.preventDefault();
  });
  window.on('closed', () => {
    host.close();
    commands.disconnect();
    parts.onClosed();
  });
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.warn('the page ended', { reason, exitCode });
    // Jobs are the engine's and go on; the page comes back and asks for snapshots.
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  await window.loadURL(parts.url);
  return {
    window,
    focus: () => {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    isFocused: () => !window.isDestroyed() && window.isFocused(),
    isFullScreen: () => !window.isDestroyed() && window.isFullScreen(),
    paint: (theme) => {
      if (window.isDestroyed()) return;
      window.setBackgroundColor(windowBackground(theme));
      if (process.platform !== 'darwin') window.setTitleBarOverlay(titleBarOverlay(theme));
    },
    showProgress: (progress) => {
      drawProgress(window, progress);
    },
    remember,
  };
}
