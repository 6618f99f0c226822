import { AppError } from '../../../shared/errors/app-error.ts';
import type { Keeping } from '../../../shared/models/sign-in.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';

/** Options of `tartan registry login`. */
export interface LoginOptions extends CommonOptions {
  readonly username: string;
  readonly store?: 'file';
  readonly insecure?: boolean;
}

/** More is no password or token. Bytes. */
const MOST_SECRET = 65_536;

/** Where a sign-in comes from, in words. */
export function sourceWords(source: string): string {
  switch (source) {
    case 'environment':
      return 'TART_REGISTRY_USERNAME and TART_REGISTRY_PASSWORD';
    case 'docker':
      return 'Docker’s config.json';
    case 'podman':
      return 'Podman’s auth.json';
    case 'keychain':
      return 'the keychain';
    case 'file':
      return 'auth.json in the state folder';
    case 'vault':
      return 'the app';
    default:
      return `the credential helper ${source.replace(/^helper:/, '')}`;
  }
}

const KEEPING: Record<Keeping, string> = {
  system: '',
  memory: ', for this run only',
  file: ', not encrypted, readable by this user only',
  shared: '',
};

/** `tartan registry login`: the password comes on standard input, is tried with the registry, and kept only if it is accepted. */
export async function login(context: CommandContext, host: string, options: LoginOptions): Promise<undefined> {
  const input = await context.terminal.input(MOST_SECRET);
  const secret = input.replace(/\r?\n$/, '');
  if (secret === '') {
    const problem = 'Standard input holds no password.';
    throw new AppError('input.invalid', { method: 'registry login', field: '--password-stdin', problem });
  }
  const { username, insecure = false } = options;
  const store = options.store ?? 'shared';
  const signedIn = await call(context, 'registries.signIn', { host, username, secret, insecure, store });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(signedIn, null, 2));
    return;
  }
  const { source, keeping, asked, realm, overruledBy } = signedIn;
  const note = (text: string): void => context.terminal.note(text);
  note(`Signed in to ${host} as ${username}. Kept by ${sourceWords(source)}${KEEPING[keeping]}.`);
  if (realm !== null) note(`The sign-in server of ${host} is ${realm}.`);
  if (!asked) note(`${host} asked for no sign-in; it is used where the registry does.`);
  if (overruledBy !== null) note(`Not in use here: ${sourceWords(overruledBy)} comes first.`);
}

/** `tartan registry logout`: takes away what this app keeps, and names what it cannot remove. */
export async function logout(context: CommandContext, host: string, options: CommonOptions): Promise<undefined> {
  const signedOut = await call(context, 'registries.signOut', { host });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(signedOut, null, 2));
    return;
  }
  const { removed, left } = signedOut;
  const note = (text: string): void => context.terminal.note(text);
  note(
    removed.length === 0
      ? `This app keeps no sign-in for ${host}.`
      : `Signed out of ${host}: removed from ${removed.map(sourceWords).join(' and ')}.`,
  );
  for (const { source, account } of left) {
    note(`${account} is still signed in by ${sourceWords(source)}, which is not this app’s to change.`);
  }
}
