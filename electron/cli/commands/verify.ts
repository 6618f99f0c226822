import type { Verification } from '../../../shared/models/image.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { counted } from '../counted.ts';
import { EXIT } from '../exit-status.ts';
import { table } from '../table.ts';

/** Options of `tartan verify`. */
export interface VerifyOptions extends CommonOptions {
  readonly insecure?: boolean;
  readonly deep?: boolean;
}

/** `tartan verify REF`: every blob there, right size, and with `--deep` the right bytes. Exit status 1 if one is not. */
export async function verify(context: CommandContext, reference: string, options: VerifyOptions): Promise<number> {
  const result: Verification = await call(context, 'images.verify', {
    reference,
    insecure: options.insecure === true,
    deep: options.deep === true,
  });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(result, null, 2));
  } else {
    const bad = result.blobs.filter(({ state }) => state !== 'ok');
    if (bad.length > 0) {
      context.terminal.out(
        table(
          [
            { title: 'State', align: 'left', cell: ({ state }) => state },
            { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
          ],
          bad,
        ),
      );
    }
    const looked = result.deep ? 'read' : 'found';
    context.terminal.note(
      `${result.digest}: ${result.blobs.length - bad.length} of ${counted(result.blobs.length, 'blob')} ${looked} as the manifest says.`,
    );
  }
  return result.ok ? EXIT.done : EXIT.failed;
}
