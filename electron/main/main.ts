import { join } from 'node:path';
import { app, dialog, protocol, session, shell } from 'electron';
import { version } from '../../package.json';
import { toAppError } from '../../shared/errors/app-error.ts';
import { createEngine } from '../engine/engine.ts';
import type { Log } from '../engine/ports.ts';
import { hostFacts } from '../host/host-facts.ts';
import { stateHomeOf } from '../host/state-paths.ts';
import { APP_ORIGIN, APP_SCHEME, APP_SCHEME_PRIVILEGES, developmentUrl } from './app-origin.ts';
import { createProtocolHandler } from './app-protocol.ts';
import { electronPorts } from './electron-ports.ts';
import { hostLanguage, hostWords, systemLanguageOf } from './host-words.ts';
import { secureContents, secureSession } from './session-security.ts';
import { TartanApp } from './tartan-app.ts';

/** The folder of the built file: workers, helper and codec lie beside it, preload and window in `../preload` and `../renderer`. */
const builtFolder = import.meta.dirname;

/** What nobody foresaw is logged and the app goes on; a person never sees a stack. */
function logUnforeseen(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.warn('unforeseen error', { message: error.message, stack: error.stack });
  });
  process.on('unhandledRejection', (reason) => {
    const stack = reason instanceof Error ? reason.stack : undefined;
    log.warn('unforeseen rejection', { message: String(reason), stack });
  });
}

function failToStart(stateHome: string): void {
  const words = hostWords(hostLanguage('system', systemLanguageOf([app.getLocale()])));
  dialog.showErrorBox(words.startFailed, words.startFailedDetail(stateHome));
  app.exit(1);
}

async function start(): Promise<void> {
  const environment = process.env;
  const ports = electronPorts(builtFolder, environment);
  logUnforeseen(ports.log);
  app.on('web-contents-created', (_event, contents) => {
    secureContents(contents, APP_ORIGIN, (url) => void shell.openExternal(url));
  });
  await app.whenReady();
  secureSession(session.defaultSession);
  const devServer = developmentUrl(environment['TARTAN_DEV_URL'], app.isPackaged);
  protocol.handle(APP_SCHEME, createProtocolHandler(devServer ?? join(builtFolder, '..', 'renderer')));
  app.setAboutPanelOptions({ applicationName: 'Tartan', applicationVersion: version });
  try {
    const engine = await createEngine(ports);
    const tartan = new TartanApp({ engine, ports, builtFolder, version });
    app.on('second-instance', () => void tartan.show());
    app.on('activate', () => void tartan.show());
    app.on('before-quit', (event) => {
      if (!tartan.mayQuit()) event.preventDefault();
    });
    // Elsewhere closing the window is the wish to quit; on macOS the app stays.
    app.on('window-all-closed', () => undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void tartan.leave());
    await tartan.start();
  } catch (thrown) {
    ports.log.warn('the app cannot start', { code: toAppError(thrown).code, reason: String(thrown) });
    failToStart(ports.paths.stateHome);
  }
}

app.setName('Tartan');
// Chromium's own files lie in the state folder too, so that each state folder is one instance of the app.
app.setPath('userData', join(stateHomeOf(hostFacts(process.env)), 'window'));
// Chromium has no sandbox for root on Linux. Who starts the app there with --no-sandbox gets it; nobody else does.
if (process.getuid?.() !== 0 || !app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_SCHEME_PRIVILEGES }]);
if (app.requestSingleInstanceLock()) {
  void start();
} else {
  process.stdout.write('Tartan is running already; its window comes to the front.\n');
  app.quit();
}
