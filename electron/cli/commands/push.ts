import { type CommandContext, call } from '../command-context.ts';
import { followToEnd } from '../follow-to-end.ts';
import { type PushOptions, pushRequestOf } from './push-options.ts';

/** `tartan push VM REF…`: push to one or more references; read, hash and encode once. */
export async function push(
  context: CommandContext,
  name: string,
  references: readonly string[],
  options: PushOptions,
): Promise<number> {
  const request = await pushRequestOf(context, name, references, options);
  const { id } = await call(context, 'jobs.push', request);
  return await followToEnd(context, id, options.json === true);
}
