import { type ChildProcess, spawn } from 'node:child_process';
import { attachDevtools, type DevtoolsPage } from '../fixtures/devtools-page.ts';

const START_MS = 60_000;
const END_MS = 15_000;

/** An app that was started like any program, with the DevTools protocol as the only way in. */
export interface DevtoolsApp {
  /** The page of the program as it was first started. */
  readonly page: DevtoolsPage;
  readonly process: ChildProcess;
  /** What it wrote to stderr so far. */
  errors(): string;
  /** The addresses of the DevTools that it opened so far, the newest last: one for each start of Chromium. */
  addresses(): readonly string[];
  /** Sends a signal to the program and all that it started, as a terminal does; resolves with its exit status. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/**
 * Starts a program and attaches to its page.
 *
 * @param args `--remote-debugging-port=0` must reach Chromium among them
 */
export async function startDevtoolsApp(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<DevtoolsApp> {
  // Detached: a process group of its own, which a signal reaches as a whole.
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} does not start`);
  let said = '';
  const addresses = (): readonly string[] =>
    [...said.matchAll(/DevTools listening on (ws:\S+)/g)].map(([, at]) => at ?? '');
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
    const send = (name: NodeJS.Signals): void => {
      try {
        process.kill(-pid, name);
      } catch {
        // All of them have ended.
      }
    };
    send(signal);
    const late = setTimeout(() => send('SIGKILL'), END_MS);
    const status = await ended;
    clearTimeout(late);
    return status;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no DevTools port: ${said}`)), START_MS);
      child.stderr.on('data', (data) => {
        said += String(data);
        if (addresses().length === 0) return;
        clearTimeout(late);
        resolve();
      });
      void ended.then((status) => reject(new Error(`it ended with ${status}: ${said}`)));
    });
    const page = await attachDevtools(addresses()[0] ?? '', START_MS);
    return { page, process: child, errors: () => said, addresses, end };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}
