import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { HostFacts } from '../host-facts.ts';
import { type ProgramOutcome, runProgram } from '../run-program.ts';
import type { FileCredential } from './docker-config.ts';
import { serverUrlOf } from './docker-config.ts';

/** A helper may open a dialog; longer than this it hangs. */
const HELPER_MS = 30_000;
const NOT_FOUND = /credentials not found/i;
const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** What a helper answered; `missing` = the program is not installed. */
export type HelperAnswer =
  | { readonly type: 'found'; readonly credential: FileCredential }
  | { readonly type: 'none' }
  | { readonly type: 'missing' };

/** How a helper is run. */
export interface HelperOptions {
  readonly facts: HostFacts;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Runs one command of a helper (Docker's protocol: input on stdin, answers and errors on stdout). Null = it is not installed. */
async function runHelper(
  name: string,
  command: 'get' | 'store' | 'erase' | 'list',
  input: string,
  options: HelperOptions,
): Promise<ProgramOutcome | null> {
  // The name becomes part of a program's name, so it must not lead to another folder.
  if (!/^[\w.-]+$/.test(name) || name.includes('..'))
    throw new AppError('auth.helper', { helper: name, reason: 'name', message: null });
  return await runProgram(`docker-credential-${name}`, [command], {
    input,
    facts: options.facts,
    timeoutMs: options.timeoutMs ?? HELPER_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

function failed(name: string, { stdout, stderr }: ProgramOutcome): AppError {
  const said = stdout.trim() === '' ? stderr : stdout;
  const message = said.trim().split('\n')[0] ?? '';
  return new AppError('auth.helper', { helper: name, reason: 'failed', message: message.slice(0, 200) });
}

/**
 * Asks `docker-credential-NAME get` for a host.
 *
 * @throws AppError `auth.helper` with the helper's first line, `cancelled`
 */
export async function askCredentialHelper(name: string, host: string, options: HelperOptions): Promise<HelperAnswer> {
  const outcome = await runHelper(name, 'get', `${serverUrlOf(host)}\n`, options);
  if (outcome === null) return { type: 'missing' };
  if (outcome.status !== 0) {
    const said = outcome.stdout.trim() === '' ? outcome.stderr : outcome.stdout;
    if (NOT_FOUND.test(said)) return { type: 'none' };
    throw failed(name, outcome);
  }
  const parsed = answerSchema.safeParse(parseJson(outcome.stdout));
  if (!parsed.success) throw new AppError('auth.helper', { helper: name, reason: 'answer', message: null });
  const { Username: username, Secret: secret } = parsed.data;
  if (secret === '') return { type: 'none' };
  return { type: 'found', credential: { username, secret, kind: kindOf(username) } };
}

/** What a user's name says of the secret: Docker writes `<token>` where it is a refresh token. */
export function kindOf(username: string): FileCredential['kind'] {
  return username === '<token>' ? 'identity' : 'password';
}

/**
 * Has a helper keep or forget a host's sign-in. The secret goes through a pipe, never to a command line.
 *
 * @param account null = forget
 * @throws AppError `auth.helper`, also where the helper is not installed
 */
export async function tellCredentialHelper(
  name: string,
  host: string,
  account: FileCredential | null,
  options: HelperOptions,
): Promise<void> {
  const url = serverUrlOf(host);
  const outcome =
    account === null
      ? await runHelper(name, 'erase', `${url}\n`, options)
      : await runHelper(
          name,
          'store',
          JSON.stringify({ ServerURL: url, Username: account.username, Secret: account.secret }),
          options,
        );
  if (outcome === null) throw new AppError('auth.helper', { helper: name, reason: 'missing', message: null });
  if (outcome.status !== 0) {
    const error = failed(name, outcome);
    // A helper that echoes what it was given must not put a secret into a message.
    const echoes = account !== null && String(error.params['message']).includes(account.secret);
    throw echoes ? new AppError('auth.helper', { helper: name, reason: 'failed', message: null }) : error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
