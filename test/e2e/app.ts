import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type ConsoleMessage,
  type ElectronApplication,
  _electron as electron,
  errors,
  type Page,
} from 'playwright-core';
import { electronRuntime } from '../../build/scripts/electron-runtime.mjs';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { tellFailedView, watchForFailure } from './failed-view.ts';
import { makeOrdinaryUser } from './ordinary-user.ts';

const run = promisify(execFile);

/** The checkout, whose built files are started. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const START_MS = 60_000;
/** A try to start that is not driven by then is given up: the driver can lose the answer that it waits for while it attaches. */
const ATTACH_MS = 45_000;
/** Tries to start and attach. */
const MOST_TRIES = 3;
/** A busy machine takes its time; what never comes still fails. ms */
const WAIT_MS = 60_000;
/** Root can run the suite as somebody else, with Chromium's own sandbox: the project `e2e-ordinary-user` does. */
const AS_ORDINARY_USER = process.env['TARTAN_TEST_USER'] === 'ordinary';

/** What differs from a plain start. */
export interface LaunchOptions {
  /** Tart's home; without it an empty one is made and removed. */
  readonly tartHome?: TartHome;
  /** State folder to go on with; without it a new one is made and removed. */
  readonly stateHome?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Raw bytes of a chunk; 1 MiB unless said. */
  readonly chunkSize?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Another program instead of the runtime: a packed app, or one that changes the user. */
  readonly executable?: string;
  /** What the program is told to start; the checkout unless `executable` is given. */
  readonly args?: readonly string[];
  /** Whether Chromium's own sandbox is left out, as it must be for root; true for root unless said. */
  readonly withoutSandbox?: boolean;
  /** Size of the page in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** The running app, driven from outside. */
export interface LaunchedApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly tartHome: TartHome;
  readonly stateHome: string;
  /** Console errors and policy violations so far, and what main logged as unforeseen. */
  problems(): Promise<readonly string[]>;
  /** Says that what matches is meant to happen. */
  expectProblem(pattern: RegExp): void;
  /** Quits the app, removes its folders, and throws if there was a problem that nobody expected. */
  close(): Promise<void>;
  /** Starts the same program once more, as a person would, and waits for its end; answers what it printed. */
  startAgain(): Promise<string>;
  /** Ends the process at once, as a crash would; folders stay. */
  kill(): Promise<void>;
}

function problemOf(message: ConsoleMessage): string | null {
  const text = message.text();
  const grave = message.type() === 'error' || /Electron Security Warning|Content Security Policy/i.test(text);
  return grave ? `${message.type()}: ${text} (${message.location().url})` : null;
}

/** Starts Electron and attaches to it. A try that hangs is told, with what the app had logged: it is one of the driver, or it says why. */
async function launchElectron(
  options: NonNullable<Parameters<typeof electron.launch>[0]>,
  stateHome: string,
): Promise<ElectronApplication> {
  for (let left = MOST_TRIES; ; left -= 1) {
    try {
      return await electron.launch({ ...options, timeout: ATTACH_MS });
    } catch (thrown) {
      if (!(thrown instanceof errors.TimeoutError) || left <= 1) throw thrown;
      const log = await readFile(join(stateHome, 'logs', 'tartan.log'), 'utf8').catch(() => 'nothing');
      console.error(`Electron was not attached to in ${String(ATTACH_MS)} ms; the app had logged:\n${log}`);
    }
  }
}

async function unforeseen(stateHome: string): Promise<readonly string[]> {
  const log = await readFile(join(stateHome, 'logs', 'tartan.log'), 'utf8').catch(() => '');
  return log.split('\n').filter((line) => /unforeseen|does not fit its schema|the page ended/.test(line));
}

/** The environment of an app under test: this process's own without sign-ins, proxies and state, with homes of its own. */
export function launchEnvironment(
  options: Pick<LaunchOptions, 'chunkSize' | 'environment'>,
  tartHome: string,
  stateHome: string,
): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    // The person's own sign-ins, proxies and state have no place in a test.
    ([name]) => !/^(TART|DOCKER_|REGISTRY_AUTH|XDG_(CONFIG|DATA|RUNTIME)|NODE_|ELECTRON_|VITEST|.*_PROXY$)/i.test(name),
  );
  const environment: Record<string, string> = {};
  for (const [name, value] of inherited) if (value !== undefined) environment[name] = value;
  return {
    ...environment,
    HOME: stateHome,
    TART_HOME: tartHome,
    TARTAN_HOME: stateHome,
    TARTAN_CHUNK_SIZE: String(options.chunkSize ?? 1024 * 1024),
    // Without a session bus Chromium would complain on stderr at every start.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    LANG: 'en_US.UTF-8',
    ...options.environment,
  };
}

/** Starts the built app with a state folder and a Tart home of its own, and waits for its window. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const tartHome = options.tartHome ?? (await makeTartHome());
  const stateHome = options.stateHome ?? (await mkdtemp(join(tmpdir(), 'tartan-state-')));
  const user = AS_ORDINARY_USER && options.executable === undefined ? await makeOrdinaryUser() : null;
  await user?.own(tartHome.root);
  await user?.own(stateHome);
  const executable = options.executable ?? user?.executable ?? (await electronRuntime()).executable;
  const withoutSandbox = options.withoutSandbox ?? (user === null && process.getuid?.() === 0);
  const started = options.args ?? (options.executable === undefined ? [user?.app ?? CHECKOUT] : []);
  const args = [...(withoutSandbox ? ['--no-sandbox'] : []), '--disable-gpu', '--lang=en-US', ...started];
  const place = { cwd: user?.app ?? CHECKOUT, env: launchEnvironment(options, tartHome.root, stateHome) };
  const launching = launchElectron({ executablePath: executable, args, ...place }, stateHome);
  launching.catch(() => user?.remove());
  const app = await launching;
  const heard: string[] = [];
  const expected: RegExp[] = [];
  app.context().on('console', (message) => {
    const problem = problemOf(message);
    if (problem !== null) heard.push(problem);
  });
  app.context().on('weberror', (error) => {
    heard.push(`thrown: ${error.error().message}`);
  });
  const page = await app.firstWindow({ timeout: START_MS });
  page.setDefaultTimeout(WAIT_MS);
  const forget = watchForFailure(page);
  await page.waitForLoadState('load');
  // Not before there is a window: what the main process is asked while it still starts may get no answer.
  if (user !== null && (await app.evaluate(() => process.getuid?.())) === 0) throw new Error('it runs as root');
  if (options.colorScheme !== undefined) await page.emulateMedia({ colorScheme: options.colorScheme });
  if (options.size !== undefined) await resize(app, page, options.size);

  const problems = async (): Promise<readonly string[]> =>
    [...heard, ...(await unforeseen(stateHome))].filter((text) => !expected.some((pattern) => pattern.test(text)));
  const removeOwn = async (): Promise<void> => {
    if (options.stateHome === undefined) await rm(stateHome, { recursive: true, force: true });
    if (options.tartHome === undefined) await tartHome.remove();
    await user?.remove();
  };
  return {
    electron: app,
    page,
    tartHome,
    stateHome,
    problems,
    expectProblem: (pattern) => {
      expected.push(pattern);
    },
    async close() {
      await tellFailedView();
      forget();
      await quitWhateverRuns(app);
      await app.close();
      const found = await problems();
      await removeOwn();
      if (found.length > 0) throw new Error(`the app had problems:\n${found.join('\n')}`);
    },
    // Not by Playwright: a program that ends while it attaches fails somewhere in there.
    startAgain: async () => (await run(executable, args, { ...place, timeout: START_MS })).stdout,
    async kill() {
      forget();
      const child = app.process();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What is left to do of a job that has just ended counts as running, and nobody could answer the system's question about it. */
async function quitWhateverRuns(app: ElectronApplication): Promise<void> {
  const answer = app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  // It may have quit already.
  await answer.catch(() => undefined);
}

async function resize(
  app: ElectronApplication,
  page: Page,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  const set = (): Promise<void> =>
    app.evaluate(({ BrowserWindow }, wanted) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(wanted.width, wanted.height);
    }, size);
  // The inspector of a program that has just started may lose its answer to a collection of garbage: the size was set.
  await set().catch(async (thrown: unknown) => {
    if (!/promise was garbage collected/i.test(String(thrown))) throw thrown;
    await set();
  });
  // The page hears of it later: what is clicked before moves away.
  await page.waitForFunction(({ width }) => window.innerWidth === width, size);
}
