import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/engine-interface.ts';
import { forkNodeHelper } from '../../host/fork-helper.ts';
import { cliPorts } from '../cli-ports.ts';
import type { CommandContext } from '../command-context.ts';
import { followJob, throwUnlessDone } from '../follow-job.ts';
import { planText, pushedText } from '../plan-text.ts';
import { changeSampleDisk, makeSampleVm } from '../sample-vm.ts';

const NAME = 'sample';

function requestFor(reference: string) {
  return {
    vmId: `vm:${NAME}`,
    references: [reference],
    insecure: false,
    concurrency: null,
    pieceSize: null,
    labels: {},
    verify: false,
    force: false,
  };
}

async function showPlan({ terminal, signal }: CommandContext, engine: Engine, reference: string): Promise<void> {
  terminal.out(`\nPlan of ${NAME} -> ${reference}`);
  terminal.out(
    planText(await engine.handlers['plans.make']({ ...requestFor(reference), planId: randomUUID() }, signal)),
  );
}

async function pushOnce(context: CommandContext, engine: Engine, reference: string) {
  const { terminal, signal } = context;
  await showPlan(context, engine, reference);
  const { id } = await engine.handlers['jobs.push'](requestFor(reference), signal);
  const followed = await followJob(engine, id, signal, () => undefined);
  throwUnlessDone(followed.summary);
  const document = await engine.handlers['jobs.document']({ id }, signal);
  terminal.out(`\nPushed ${NAME} -> ${reference}`);
  terminal.out(pushedText(document));
  return document;
}

/**
 * `tartan demo`: makes a small sample VM and pushes it to a registry of this app's own on this computer: under one tag,
 * under a second one (nothing is sent), and under a third after a little of its disk changed (one layer is sent). Shows
 * plan, layers and what was saved. Everything lies in a temporary folder that goes at the end.
 */
export async function demo(context: CommandContext): Promise<undefined> {
  const { terminal, signal } = context;
  const folder = await mkdtemp(join(tmpdir(), 'tartan-demo-'));
  const ports = cliPorts(import.meta.dirname, forkNodeHelper);
  const paths = { ...ports.paths, tartHome: join(folder, 'tart'), stateHome: join(folder, 'state') };
  terminal.out(`A sample VM with a 2.1 GB disk, of which 67 MB is data, in ${folder}`);
  await makeSampleVm(paths.tartHome, NAME, '5e:00:00:00:00:01');
  const engine = await createEngine({ ...ports, paths });
  try {
    const registry = await engine.handlers['serve.start']({ port: null, token: null, readOnly: false }, signal);
    if (!registry.on) throw new AppError('internal', { message: 'the registry did not start' });
    terminal.out(`A registry on this computer, at ${registry.address}`);
    const push = (tag: string): Promise<Plan> => pushOnce(context, engine, `${registry.address}/try/${NAME}:${tag}`);
    const first = await push('first');
    const second = await push('second');
    await changeSampleDisk(paths.tartHome, NAME);
    terminal.out('\nA little of the disk was changed.');
    const third = await push('third');
    terminal.out('');
    for (const [tag, { bytes, seconds }] of [
      ['first', first],
      ['second', second],
      ['third', third],
    ] as const) {
      terminal.out(
        `${tag}: ${formatBytes(bytes.uploaded)} sent, ${formatBytes(bytes.present + bytes.duplicate)} not sent, ` +
          `${formatBytes(bytes.read)} read of the disk, ${formatDuration(seconds)}`,
      );
    }
    const notSent = [first, second, third].reduce((sum, { bytes }) => sum + bytes.present + bytes.duplicate, 0);
    terminal.out(`Not sent in all: ${formatBytes(notSent)}.`);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
