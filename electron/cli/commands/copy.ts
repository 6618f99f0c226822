import { resolve } from 'node:path';
import type { CopyRequest } from '../../../shared/models/copy.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { copyPlanText } from '../copy-text.ts';
import { followToEnd } from '../follow-to-end.ts';
import { fromHere } from './push-options.ts';

/** Options of `tartan copy`. */
export interface CopyCommandOptions extends CommonOptions {
  readonly insecure?: boolean;
  readonly concurrency?: number;
  readonly force?: boolean;
  readonly allTags?: boolean;
  readonly referrers?: boolean;
  readonly skipExisting?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

const LAYOUT_DIGEST = /^(oci:.+)(@sha256:[0-9a-f]{64})$/;

/** A source as typed: a layout's image may be named by its digest as well. @throws AppError `reference.invalid` */
function sourceFromHere(source: string): string {
  const [, layout, digest] = LAYOUT_DIGEST.exec(source) ?? [];
  return layout === undefined || digest === undefined ? fromHere(source) : `${fromHere(layout)}${digest}`;
}

/** A whole repository as typed; of a layout the folder is found from the current folder. */
function repositoryFromHere(text: string): string {
  const [, folder, rest = ''] = /^oci:([^:]+)(:.*)?$/.exec(text) ?? [];
  return folder === undefined ? text : `oci:${resolve(folder)}${rest}`;
}

/** The request that the command line describes. @throws AppError `reference.invalid` */
function requestOf(source: string, targets: readonly string[], options: CopyCommandOptions): CopyRequest {
  const whole = options.allTags === true;
  return {
    // What does not parse is said before anything is asked.
    images: whole ? [] : [{ source: sourceFromHere(source), targets: targets.map(fromHere) }],
    repositories: whole ? [{ source: repositoryFromHere(source), targets: targets.map(repositoryFromHere) }] : [],
    insecure: options.insecure === true,
    concurrency: options.concurrency ?? null,
    force: options.force === true,
    existing: options.skipExisting === true ? 'skip' : 'overwrite',
    referrers: options.referrers === true,
    // A build machine has nobody to sign in or to mend the network: it ends with the code unless told to stay.
    whenStuck: options.wait === true ? 'wait' : 'fail',
  };
}

/** `tartan copy SRC DST…`: images from anywhere to anywhere, their manifest bytes as they are. */
export async function copy(
  context: CommandContext,
  source: string,
  targets: readonly string[],
  options: CopyCommandOptions,
): Promise<number | undefined> {
  const request = requestOf(source, targets, options);
  const json = options.json === true;
  if (options.dryRun === true) {
    const plan = await call(context, 'copies.plan', request);
    context.terminal.out(json ? JSON.stringify(plan, null, 2) : copyPlanText(plan));
    return undefined;
  }
  const { id } = await call(context, 'jobs.copy', request);
  return await followToEnd(context, id, json);
}
