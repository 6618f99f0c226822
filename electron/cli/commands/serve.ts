import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';

/** Options of `tartan serve`. */
export interface ServeOptions extends CommonOptions {
  readonly port?: number;
  /** true = a token is made up and shown. */
  readonly token?: string | true;
  readonly readOnly?: boolean;
}

function tokenOf(option: string | true | undefined): string | null {
  if (option === undefined) return null;
  if (option === true) return randomBytes(18).toString('base64url');
  if (option.length < 8)
    throw new AppError('input.invalid', {
      method: 'serve',
      field: 'token',
      problem: 'A token has 8 characters or more.',
    });
  return option;
}

/** `tartan serve`: the local store as a registry on this computer, until it is interrupted. */
export async function serve(context: CommandContext, options: ServeOptions): Promise<undefined> {
  const token = tokenOf(options.token);
  const state = await call(context, 'serve.start', {
    port: options.port ?? null,
    token,
    readOnly: options.readOnly === true,
  });
  const { folder } = await call(context, 'store.list', null);
  const address = state.on ? state.address : '';
  if (options.json === true) {
    context.terminal.out(JSON.stringify({ address, folder, readOnly: options.readOnly === true, token }, null, 2));
  } else {
    context.terminal.out(`Registry on ${address}, over ${folder}. Ctrl-C ends it.`);
    if (options.token === true && token !== null)
      context.terminal.out(`Sign in with any name and the password ${token}`);
    context.terminal.note(`tartan push VM ${address}/REPOSITORY:TAG`);
  }
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await call(context, 'serve.stop', null);
}
