import type { FileCredential } from './docker-config.ts';
import type { HostFacts } from './host-facts.ts';
import { runProgram } from './run-program.ts';

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
