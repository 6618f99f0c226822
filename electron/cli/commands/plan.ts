import { randomUUID } from 'node:crypto';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { planText } from '../plan-text.ts';
import { ToldRetries } from '../retry-text.ts';
import { type PushOptions, pushRequestOf } from './push-options.ts';

/** `tartan plan VM REF…`: what a push would do, nothing sent. */
export async function plan(
  context: CommandContext,
  name: string,
  references: readonly string[],
  options: PushOptions & CommonOptions,
): Promise<undefined> {
  const request = await pushRequestOf(context, name, references, options);
  const planId = randomUUID();
  const engine = await context.engine();
  const told = new ToldRetries((line) => context.terminal.note(line));
  const stop = engine.on('plans.retrying', ({ planId: of, retry }) => {
    if (of === planId) told.tell(retry);
  });
  const document = await call(context, 'plans.make', { ...request, planId }).finally(stop);
  context.terminal.out(options.json === true ? JSON.stringify(document, null, 2) : planText(document));
}
