import { AppError } from '../../../shared/errors/app-error.ts';
import type { VaultPort } from '../../engine/ports.ts';
import type { HostFacts } from '../host-facts.ts';
import { runProgram } from '../run-program.ts';
import type { FileCredential } from './docker-config.ts';

const KEYCHAIN_MS = 60_000;

/**
 * Reads what `tart login` stored in the macOS keychain: an internet password for https, labelled `Tart Credentials`, its
 * server being `host[:port]`. macOS may ask the person, because the item belongs to Tart. Not verified on a Mac.
 *
 * @throws AppError `auth.helper` (no answer within a minute), `cancelled`
 */
export async function readTartKeychain(
  host: string,
  facts: HostFacts,
  signal?: AbortSignal,
): Promise<FileCredential | null> {
  if (facts.platform !== 'darwin') return null;
  const args = ['find-internet-password', '-s', host, '-r', 'htps', '-l', 'Tart Credentials', '-g'];
  const outcome = await runProgram('security', args, {
    input: '',
    facts,
    timeoutMs: KEYCHAIN_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  return outcome?.status === 0 ? parseSecurityAnswer(outcome.stdout, outcome.stderr) : null;
}

/** `security -g` prints the attributes on stdout and the password on stderr, in hexadecimal when it is not plain ASCII. */
export function parseSecurityAnswer(stdout: string, stderr: string): FileCredential | null {
  const username = /^\s*"acct"<blob>="(.*)"$/m.exec(stdout)?.[1];
  const hexadecimal = /^password: 0x([0-9A-F]+)/m.exec(stderr)?.[1];
  const plain = /^password: "(.*)"$/m.exec(stderr)?.[1];
  const secret = hexadecimal === undefined ? plain : Buffer.from(hexadecimal, 'hex').toString('utf8');
  return username === undefined || secret === undefined ? null : { username, secret, kind: 'password' };
}

/** A word of a command that `security -i` reads: in double quotes, with backslash escapes. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** The command that keeps a sign-in where `tart` finds it. The secret is written in hexadecimal, so that no byte of it is syntax. */
export function keepCommand(host: string, { username, secret }: FileCredential): string {
  const hexadecimal = Buffer.from(secret, 'utf8').toString('hex');
  return `add-internet-password -U -a ${quoted(username)} -s ${quoted(host)} -r htps -l "Tart Credentials" -X ${hexadecimal}`;
}

/** The macOS keychain, as `tart login` uses it: what is kept here `tart` finds, and the other way round. Not verified on a Mac. */
export class KeychainVault implements VaultPort {
  readonly source = 'keychain';
  readonly #facts: HostFacts;

  constructor(facts: HostFacts) {
    this.#facts = facts;
  }

  kind(): Promise<'shared'> {
    return Promise.resolve('shared');
  }

  /** `security` lists no items of a label without opening each: none are named. */
  list(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  get(host: string, signal?: AbortSignal): Promise<FileCredential | null> {
    return readTartKeychain(host, this.#facts, signal);
  }

  /** Through the tool's standard input: arguments can be seen by every program. */
  async set(host: string, account: FileCredential): Promise<void> {
    const outcome = await runProgram('security', ['-i'], {
      input: `${keepCommand(host, account)}\n`,
      facts: this.#facts,
      timeoutMs: KEYCHAIN_MS,
    });
    const kept = outcome?.status === 0 && (await this.get(host))?.secret === account.secret;
    // `security -i` answers 0 whatever became of its commands.
    if (!kept) throw new AppError('auth.helper', { helper: 'security', reason: 'failed', message: null });
  }

  async remove(host: string): Promise<boolean> {
    const args = ['delete-internet-password', '-s', host, '-r', 'htps', '-l', 'Tart Credentials'];
    const outcome = await runProgram('security', args, { input: '', facts: this.#facts, timeoutMs: KEYCHAIN_MS });
    return outcome?.status === 0;
  }
}
