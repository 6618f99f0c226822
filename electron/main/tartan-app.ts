import { join } from 'node:path';
import { app, BrowserWindow, clipboard, dialog, Menu, Notification, nativeTheme, shell } from 'electron';
import type { MethodOutput } from '../../shared/contract/methods.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/models/settings.ts';
import type { Engine } from '../engine/engine-interface.ts';
import type { EnginePorts } from '../engine/ports.ts';
import { createAppHandlers } from './app-handlers.ts';
import { APP_ORIGIN } from './app-origin.ts';
import { CommandQueue } from './command-queue.ts';
import { type HostWords, hostLanguage, hostWords, systemLanguageOf } from './host-words.ts';
import { menuTemplate } from './menu.ts';
import { type NotificationText, notifyOfEndedJobs } from './notifications.ts';
import { followProgress, type TaskbarProgress } from './progress.ts';
import { CLOSE_MS, createQuitGate, type QuitGate } from './quit-question.ts';
import { followServing } from './serving.ts';
import { type AppWindow, openWindow } from './window.ts';
import type { DrawnTheme } from './window-options.ts';

/** What the app is started with. */
export interface TartanAppParts {
  readonly engine: Engine;
  readonly ports: EnginePorts;
  readonly builtFolder: string;
  readonly version: string;
}

/** The desktop app: one window over one engine. Lives from `ready` until the process ends. */
export class TartanApp {
  readonly #parts: TartanAppParts;
  readonly #gate: QuitGate;
  readonly #shown = new Set<Notification>();
  readonly #commands = new CommandQueue();
  #settings: Settings = DEFAULT_SETTINGS;
  #progress: TaskbarProgress = { mode: 'none' };
  #opening: Promise<AppWindow> | null = null;
  #window: AppWindow | null = null;
  #leaving = false;

  constructor(parts: TartanAppParts) {
    this.#parts = parts;
    this.#gate = createQuitGate({
      runningJobs: () => parts.engine.runningJobs(),
      ask: (jobs) => this.#askToQuit(jobs),
      close: () => this.#close(),
      exit: () => {
        this.#leaving = true;
        app.exit(0);
      },
    });
  }

  /** Reads the settings, follows the engine and opens the window. Throws where that fails, unless the person quits meanwhile. */
  async start(): Promise<void> {
    try {
      await this.#begin();
    } catch (thrown) {
      if (!this.#gate.isLeaving()) throw thrown;
    }
  }

  async #begin(): Promise<void> {
    const { engine } = this.#parts;
    this.#settings = await engine.handlers['settings.get'](null, new AbortController().signal);
    engine.on('settings.changed', (settings) => {
      this.#settings = settings;
      this.#applySettings();
    });
    this.#applySettings();
    nativeTheme.on('updated', () => this.#window?.paint(this.#theme()));
    notifyOfEndedJobs(engine.on, {
      wanted: () => this.#settings.notifyWhenDone && this.#window?.isFocused() !== true,
      words: () => this.#words(),
      show: (text) => this.#notify(text),
    });
    followProgress(engine.on, (progress) => {
      this.#progress = progress;
      this.#window?.showProgress(progress);
    });
    followServing(engine, this.#parts.ports.log);
    await this.show();
  }

  /** Brings the window to the front; opens it when there is none. */
  async show(): Promise<void> {
    if (this.#window !== null) {
      this.#window.focus();
      return;
    }
    this.#opening ??= this.#open();
    await this.#opening;
  }

  /** `before-quit`: true = the process may end now. */
  mayQuit(): boolean {
    if (!this.#leaving) void this.#gate.wish();
    return this.#leaving;
  }

  /** The system asks the process to end. */
  async leave(): Promise<void> {
    await this.#gate.leave();
  }

  async #open(): Promise<AppWindow> {
    const { engine, ports, builtFolder } = this.#parts;
    try {
      const window = await openWindow({
        url: `${APP_ORIGIN}/`,
        origin: APP_ORIGIN,
        builtFolder,
        packaged: app.isPackaged,
        theme: this.#theme(),
        stateFile: join(ports.paths.stateHome, 'window.json'),
        handlers: { ...engine.handlers, ...this.#appHandlers() },
        on: engine.on,
        commands: this.#commands,
        log: ports.log,
        mayClose: () => this.#mayCloseWindow(),
        onClosed: () => {
          this.#window = null;
        },
      });
      this.#window = window;
      window.showProgress(this.#progress);
      return window;
    } finally {
      this.#opening = null;
    }
  }

  /** On macOS the app lives on without a window; elsewhere the last window is the app. */
  #mayCloseWindow(): boolean {
    if (process.platform === 'darwin' || this.#leaving) return true;
    void this.#gate.wish();
    return false;
  }

  #appHandlers(): ReturnType<typeof createAppHandlers> {
    return createAppHandlers({
      engine: this.#parts.engine.handlers,
      info: () => this.#info(),
      listening: () => this.#commands.listening(),
      showFolder: (folder) => shell.showItemInFolder(folder),
      chooseFolder: () =>
        this.#chooseOpen({
          properties: ['openDirectory', 'createDirectory', 'showHiddenFiles'],
          buttonLabel: this.#words().chooseFolder,
        }),
      chooseArchive: () =>
        this.#chooseOpen({
          properties: ['openFile'],
          buttonLabel: this.#words().importArchive,
          filters: [{ name: this.#words().archives, extensions: ['tar', 'gz', 'tgz'] }],
        }),
      chooseArchiveTarget: (name) => this.#chooseTarget(name, this.#words().archives, 'tar'),
      chooseReportTarget: (name, format) => this.#chooseTarget(name, this.#words().reports[format], format),
      // A promise since Electron 44, nothing before.
      copyText: (text) => void clipboard.writeText(text),
    });
  }

  #info(): MethodOutput<'app.info'> {
    const { platform } = process;
    const mac = platform === 'darwin';
    const controls = mac ? 'left' : 'right';
    return {
      version: this.#parts.version,
      platform: mac || platform === 'win32' ? platform : 'linux',
      systemLanguage: this.#systemLanguage(),
      windowControls: this.#window?.isFullScreen() === true ? 'none' : controls,
    };
  }

  async #chooseOpen(options: Electron.OpenDialogOptions): Promise<string | null> {
    const parent = BrowserWindow.getAllWindows()[0];
    const choice =
      parent === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(parent, options);
    return choice.canceled ? null : (choice.filePaths[0] ?? null);
  }

  /** The system's dialog for a file that is to be written, with the ending that it has to have. */
  async #chooseTarget(name: string, kind: string, ending: string): Promise<string | null> {
    const options: Electron.SaveDialogOptions = {
      defaultPath: name,
      buttonLabel: this.#words().exportArchive,
      filters: [{ name: kind, extensions: [ending] }],
    };
    const parent = BrowserWindow.getAllWindows()[0];
    const choice =
      parent === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(parent, options);
    return choice.canceled || choice.filePath === '' ? null : choice.filePath;
  }

  async #askToQuit(jobs: number): Promise<boolean> {
    const words = this.#words();
    const options: Electron.MessageBoxOptions = {
      type: 'question',
      message: words.quitQuestion(jobs),
      detail: words.quitDetail,
      buttons: [words.keepRunning, words.quitAndResume],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    };
    const parent = this.#window?.window;
    const { response } =
      parent === undefined ? await dialog.showMessageBox(options) : await dialog.showMessageBox(parent, options);
    return response === 1;
  }

  async #close(): Promise<void> {
    const { engine, ports } = this.#parts;
    const tooLong = new AbortController();
    await this.#window?.remember();
    await Promise.race([
      engine.close(),
      ports.clock.sleep(CLOSE_MS, tooLong.signal).then(() => ports.log.warn('the engine did not close in time')),
    ]).finally(() => {
      tooLong.abort();
    });
  }

  #theme(): DrawnTheme {
    if (this.#settings.theme === 'contrast' || nativeTheme.shouldUseHighContrastColors) return 'contrast';
    return nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
  }

  #words(): HostWords {
    return hostWords(hostLanguage(this.#settings.language, this.#systemLanguage()));
  }

  #systemLanguage(): string {
    return systemLanguageOf([...app.getPreferredSystemLanguages(), app.getLocale()]);
  }

  #applySettings(): void {
    const { theme } = this.#settings;
    // The page draws the high-contrast theme itself; what the system draws (menus, dialogs) is light with it.
    nativeTheme.themeSource = theme === 'contrast' ? 'light' : theme;
    this.#window?.paint(this.#theme());
    const template = menuTemplate({
      platform: process.platform,
      words: this.#words(),
      packaged: app.isPackaged,
      send: (command) => {
        this.#commands.send(command);
        // On macOS the menu bar stays when the last window is closed.
        if (this.#window === null) void this.show();
      },
      openLink: (url) => void shell.openExternal(url),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  #notify(text: NotificationText): void {
    if (!Notification.isSupported()) return;
    const notification = new Notification(text);
    const forget = (): void => void this.#shown.delete(notification);
    notification.on('click', () => {
      forget();
      void this.show();
    });
    notification.on('close', forget);
    notification.on('failed', forget);
    // Held until it is gone: a collected notification loses its click.
    this.#shown.add(notification);
    notification.show();
  }
}
