import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { HostFacts } from './host-facts.ts';

const OUTPUT_LIMIT = 1024 * 1024;

/** How a program ended. `status` is null when a signal or the time limit ended it. */
export interface ProgramOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** PATH with the folders where helpers lie that an app started from the desktop does not see. */
export function extendedPath(facts: HostFacts): string {
  const folders = [
    ...(facts.env['PATH'] ?? '').split(delimiter),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/usr/bin',
    '/bin',
    join(facts.home, '.docker', 'bin'),
    join(facts.home, '.rd', 'bin'),
    '/Applications/Docker.app/Contents/Resources/bin',
    'C:\\Program Files\\Docker\\Docker\\resources\\bin',
  ];
  return [...new Set(folders.filter((folder) => folder !== ''))].join(delimiter);
}

/**
 * Runs a program without a shell, feeds it `input` and reads at most 1 MiB of its answer.
 *
 * @returns null when there is no such program
 * @throws AppError `cancelled`; `auth.helper` when it takes longer than `timeoutMs` or says too much
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: {
    readonly input: string;
    readonly facts: HostFacts;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<ProgramOutcome | null> {
  const { facts, input, timeoutMs, signal } = options;
  if (signal?.aborted === true) throw new AppError('cancelled');
  const child = spawn(program, args, {
    shell: false,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...facts.env, PATH: extendedPath(facts) },
  });
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let size = 0;
  return await new Promise<ProgramOutcome | null>((resolve, reject) => {
    const fail = (error: AppError): void => {
      child.kill('SIGKILL');
      reject(error);
    };
    const abort = (): void => fail(new AppError('cancelled'));
    const timer = setTimeout(
      () => fail(new AppError('auth.helper', { helper: program, reason: 'timeout', message: null })),
      timeoutMs,
    );
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > OUTPUT_LIMIT)
          fail(new AppError('auth.helper', { helper: program, reason: 'output', message: null }));
        else chunks[name].push(chunk);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (error.code === 'ENOENT') resolve(null);
      else
        reject(
          new AppError(
            'auth.helper',
            { helper: program, reason: error.code ?? 'spawn', message: null },
            { cause: error },
          ),
        );
    });
    child.once('close', (status) => {
      settle();
      resolve({
        status,
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      });
    });
    // A program that does not read its input closes the pipe early.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
