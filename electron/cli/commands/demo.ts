import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { PLAIN_PUSH } from '../../../shared/models/push-options.ts';
import { SAMPLE_REPOSITORY, SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/engine-interface.ts';
import { forkNodeHelper } from '../../host/fork-helper.ts';
import { cliPorts } from '../cli-ports.ts';
import type { CommandContext } from '../command-context.ts';
import { followJob, throwUnlessDone } from '../follow-job.ts';
import { planText, pushedText } from '../plan-text.ts';

const NAME = 'sample';

function requestFor(reference: string) {
  return {
    vmId: SAMPLE_VM_ID,
    references: [reference],
    ...PLAIN_PUSH,
  };
}

/** Shows a plan; answers its id, by which the push goes on from it. */
async function showPlan({ terminal, signal }: CommandContext, engine: Engine, reference: string): Promise<string> {
  const planId = randomUUID();
  terminal.out(`\nPlan of ${NAME} -> ${reference}`);
  terminal.out(planText(await engine.handlers['plans.make']({ ...requestFor(reference), planId }, signal)));
  return planId;
}

async function pushOnce(context: CommandContext, engine: Engine, reference: string) {
  const { terminal, signal } = context;
  const planId = await showPlan(context, engine, reference);
  const { id } = await engine.handlers['jobs.push']({ ...requestFor(reference), planId }, signal);
  const followed = await followJob(engine, id, signal, () => undefined);
  throwUnlessDone(followed.summary);
  const document = await engine.handlers['jobs.document']({ id }, signal);
  terminal.out(`\nPushed ${NAME} -> ${reference}`);
  terminal.out(pushedText(document));
  return document;
}

/** What is not sent of a push: there already, or the same as a layer before. */
function notSent({ bytes }: Plan): number {
  return bytes.present + bytes.mounted + bytes.duplicate;
}

/** Three pushes of the sample: a first one, a second tag, and a third one after a little of the disk changed. */
async function tryIt(context: CommandContext, engine: Engine): Promise<void> {
  const { terminal, signal } = context;
  const { address, dataSize, diskSize, changedFile } = await engine.handlers['sample.make'](null, signal);
  terminal.out(`A sample VM with a disk of ${formatBytes(diskSize)}, of which ${formatBytes(dataSize)} is data`);
  terminal.out(`A registry on this computer, at ${address ?? ''}`);
  const push = (tag: string): Promise<Plan> =>
    pushOnce(context, engine, `${address ?? ''}/${SAMPLE_REPOSITORY}:${tag}`);
  const first = await push('first');
  const second = await push('second');
  await engine.handlers['sample.change'](null, signal);
  terminal.out(`\nA little of the disk was changed: ${changedFile.path}, ${formatBytes(changedFile.size)}.`);
  const third = await push('third');
  terminal.out('');
  for (const [tag, document] of [
    ['first', first],
    ['second', second],
    ['third', third],
  ] as const) {
    const { uploaded, read, encoded } = document.bytes;
    terminal.out(
      `${tag}: ${formatBytes(uploaded)} sent, ${formatBytes(notSent(document))} not sent, ` +
        `${formatBytes(read)} read of the disk, ${formatBytes(encoded)} encoded, ${formatDuration(document.seconds)}`,
    );
  }
  terminal.out(`Not sent in all: ${formatBytes([first, second, third].reduce((sum, one) => sum + notSent(one), 0))}.`);
}

/**
 * `tartan demo`: makes a small sample VM and pushes it to a registry of this app's own on this computer: under one tag,
 * under a second one (nothing is sent), and under a third after a little of its disk changed (one layer is sent). Shows
 * plan, layers and what was saved. Everything lies in a temporary folder that goes at the end.
 */
export async function demo(context: CommandContext): Promise<undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'tartan-demo-'));
  const ports = cliPorts(import.meta.dirname, forkNodeHelper);
  const paths = { ...ports.paths, tartHome: join(folder, 'tart'), stateHome: join(folder, 'state') };
  const engine = await createEngine({ ...ports, paths });
  try {
    await tryIt(context, engine);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
