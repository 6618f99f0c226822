import { type ChildProcess, spawn } from 'node:child_process';
import { attachDevtools, type DevtoolsPage } from '../fixtures/devtools-page.ts';

const START_MS = 60_000;
const END_MS = 15_000;

/** An app that was started like any program, with the DevTools protocol as the only way in. */
export interface ReleaseApp {
  readonly page: DevtoolsPage;
  readonly process: ChildProcess;
  /** What it wrote to stderr so far. */
  errors(): string;
  /** Asks it to end as the system does; resolves with its exit status, or its signal when it had to be killed. */
  close(): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program with a DevTools port of its choice and attaches to its page. */
export async function startReleaseApp(
  executable: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ReleaseApp> {
  const child = spawn(executable, ['--remote-debugging-port=0', ...args], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const browser = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no DevTools port: ${said}`)), START_MS);
    child.stderr.on('data', (data) => {
      said += String(data);
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    });
    child.once('error', reject);
    void ended.then((status) => reject(new Error(`it ended with ${status}: ${said}`)));
  });
  try {
    return {
      page: await attachDevtools(browser, START_MS),
      process: child,
      errors: () => said,
      async close() {
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
        const status = await ended;
        clearTimeout(late);
        return status;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
