import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FileCredential } from './docker-config.ts';
import { serverUrlOf } from './docker-config.ts';
import type { HostFacts } from './host-facts.ts';
import { runProgram } from './run-program.ts';

/** A helper may open a dialog; longer than this it hangs. */
const HELPER_MS = 30_000;
const NOT_FOUND = /credentials not found/i;
const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** What a helper answered; `missing` = the program is not installed. */
export type HelperAnswer =
  | { readonly type: 'found'; readonly credential: FileCredential }
  | { readonly type: 'none' }
  | { readonly type: 'missing' };

/**
 * Asks `docker-credential-NAME get` (Docker's helper protocol: server URL on stdin, JSON on stdout, errors on stdout too).
 *
 * @throws AppError `auth.helper` with the helper's first line, `cancelled`
 */
export async function askCredentialHelper(
  name: string,
  host: string,
  options: { readonly facts: HostFacts; readonly signal?: AbortSignal; readonly timeoutMs?: number },
): Promise<HelperAnswer> {
  // The name becomes part of a program's name, so it must not lead to another folder.
  if (!/^[\w.-]+$/.test(name) || name.includes('..'))
    throw new AppError('auth.helper', { helper: name, reason: 'name', message: null });
  const outcome = await runProgram(`docker-credential-${name}`, ['get'], {
    input: `${serverUrlOf(host)}\n`,
    facts: options.facts,
    timeoutMs: options.timeoutMs ?? HELPER_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (outcome === null) return { type: 'missing' };
  if (outcome.status !== 0) {
    const said = outcome.stdout.trim() === '' ? outcome.stderr : outcome.stdout;
    if (NOT_FOUND.test(said)) return { type: 'none' };
    const message = said.trim().split('\n')[0] ?? '';
    throw new AppError('auth.helper', { helper: name, reason: 'failed', message: message.slice(0, 200) });
  }
  const parsed = answerSchema.safeParse(parseJson(outcome.stdout));
  if (!parsed.success) throw new AppError('auth.helper', { helper: name, reason: 'answer', message: null });
  const { Username: username, Secret: secret } = parsed.data;
  if (secret === '') return { type: 'none' };
  return { type: 'found', credential: { username, secret, kind: username === '<token>' ? 'identity' : 'password' } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
