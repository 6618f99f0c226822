import './node-version.mjs';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { checkSandbox, startElectron } from './app-process.mjs';
import { findDisplay } from './display.mjs';
import { installDependencies, root } from './set-up.mjs';
import { runScript, SetUpError, step } from './step.mjs';

/** How long a run of changes (a save of several files, a change of branch) is waited for. */
const SETTLE_MS = 150;
/** How long the app may take to close its jobs before it is killed. */
const LEAVE_MS = 10_000;

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @returns {Promise<number>} a loopback port that nobody listens on */
async function freePort() {
  const socket = createSocket();
  await new Promise((resolve) => socket.listen(0, '127.0.0.1', () => resolve(null)));
  const address = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** @param {string} words */
function say(words) {
  process.stderr.write(`${words}\n`);
}

/** The app as a process that is started anew when its code changed. */
class RunningApp {
  /** @type {ChildProcess | null} */
  #child = null;
  #start;
  #onLeft;

  /**
   * @param {() => ChildProcess} start
   * @param {() => void} onLeft called when the person quits the app
   */
  constructor(start, onLeft) {
    this.#start = start;
    this.#onLeft = onLeft;
  }

  start() {
    const child = this.#start();
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = null;
      if (code === 0) this.#onLeft();
      else say(`The app ended with ${code ?? signal}; it starts again at the next change.`);
    });
  }

  /** Ends the app as the system would, so that running jobs can go on later. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
    await ended;
    clearTimeout(late);
  }
}

/**
 * Calls `work` once after each run of changes, never twice at a time.
 *
 * @param {() => Promise<void>} work
 */
function afterChanges(work) {
  /** @type {NodeJS.Timeout | undefined} */
  let settling;
  let changed = false;
  let working = false;
  const carryOut = async () => {
    if (working) return;
    working = true;
    while (changed) {
      changed = false;
      await work();
    }
    working = false;
  };
  return () => {
    changed = true;
    clearTimeout(settling);
    settling = setTimeout(() => void carryOut(), SETTLE_MS);
  };
}

async function main() {
  await installDependencies();
  const display = await findDisplay();
  if (!display.there) throw new SetUpError(`${display.words}; npm run dev needs one.`);
  const { createServer } = await import('vite');
  const { watch } = await import('chokidar');
  const { buildHost } = await import('./build.mjs');
  const { electronRuntime } = await import('./electron-runtime.mjs');
  const { devConfig } = await import('../vite/dev.config.mjs');
  const { executable, dist } = await electronRuntime();
  checkSandbox(dist);
  await buildHost();
  const port = await freePort();
  // A build leaves its own mode behind, under which the server would load the page anew for each change.
  process.env['NODE_ENV'] = 'development';
  const server = await createServer(devConfig(port));
  await step('Starting the dev server', () => server.listen());

  const environment = { ...process.env, NODE_ENV: 'development', TARTAN_DEV_URL: `http://127.0.0.1:${port}/` };
  const start = () => startElectron(executable, [...process.argv.slice(2), root], environment);
  const app = new RunningApp(start, () => void leave());
  const watcher = watch(
    ['electron', 'shared'].map((folder) => join(root, folder)),
    { ignoreInitial: true, ignored: /\.test\.tsx?$|\.test-d\.ts$/ },
  );
  let leaving = false;
  const restart = afterChanges(async () => {
    try {
      await buildHost();
    } catch (error) {
      say(`${error instanceof Error ? error.message : String(error)}\nThe app goes on as it was.`);
      return;
    }
    await app.stop();
    if (leaving) return;
    app.start();
    say('The app was started anew.');
  });
  const leave = async () => {
    if (leaving) return;
    leaving = true;
    await Promise.all([watcher.close(), app.stop()]);
    await server.close();
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => void leave());
  watcher.on('all', restart);
  app.start();
  say(
    'The window reloads what changes in renderer/; a change in electron/ or shared/ starts the app anew. Ctrl-C ends.',
  );
}

await runScript(main);
