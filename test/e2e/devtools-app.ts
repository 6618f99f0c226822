import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'undici';
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
  /**
   * Ends it; resolves with its exit status.
   *
   * @param to the program alone, as the system does, or its process group, as a terminal does
   */
  end(signal: NodeJS.Signals, to: 'program' | 'group'): Promise<number | NodeJS.Signals | null>;
  /** Whether Chromium is gone: nobody answers at its newest DevTools. */
  isGone(): Promise<boolean>;
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
  const send = (signal: NodeJS.Signals, to: 'program' | 'group'): void => {
    try {
      process.kill(to === 'group' ? -pid : pid, signal);
    } catch {
      // It has ended.
    }
  };
  const end: DevtoolsApp['end'] = async (signal, to) => {
    send(signal, to);
    const late = setTimeout(() => send('SIGKILL', 'group'), END_MS);
    const status = await ended;
    clearTimeout(late);
    return status;
  };
  const isGone = async (): Promise<boolean> => {
    const { host } = new URL(addresses().at(-1) ?? '');
    return await request(`http://${host}/json/version`).then(
      async ({ body }) => {
        await body.dump();
        return false;
      },
      () => true,
    );
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
    return { page, process: child, errors: () => said, addresses, end, isGone };
  } catch (error) {
    await end('SIGKILL', 'group');
    throw error;
  }
}
