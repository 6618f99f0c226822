import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/engine-interface.ts';
import { cliPorts } from '../cli-ports.ts';
import type { CommandContext } from '../command-context.ts';
import { followJob, throwUnlessDone } from '../follow-job.ts';
import { startEmptyRegistry, startLoopbackRegistry } from '../loopback-registry.ts';
import { planText, pushedText } from '../plan-text.ts';
import { makeSampleVm } from '../sample-vm.ts';

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
 * `tartan demo`: makes a small sample VM, pushes it twice under two tags to a registry on this computer, and shows plan,
 * layers and what the second push saved. Everything lies in a temporary folder that goes at the end. Without an
 * installed registry it says so, shows the plan only, and is content.
 */
export async function demo(context: CommandContext): Promise<undefined> {
  const { terminal, signal } = context;
  const folder = await mkdtemp(join(tmpdir(), 'tartan-demo-'));
  const ports = cliPorts(import.meta.dirname);
  const paths = { ...ports.paths, tartHome: join(folder, 'tart'), stateHome: join(folder, 'state') };
  terminal.out(`A sample VM with a 2.1 GB disk, of which 67 MB is data, in ${folder}`);
  await makeSampleVm(paths.tartHome, NAME, '5e:00:00:00:00:01');
  const registry = await startLoopbackRegistry(join(folder, 'registry'), signal);
  const engine = await createEngine({ ...ports, paths });
  try {
    if (registry === null) {
      terminal.out('No docker-registry is installed, so nothing is pushed; this is the plan for an empty registry.');
      const empty = await startEmptyRegistry();
      try {
        await showPlan(context, engine, `${empty.host}/try/${NAME}:first`);
      } finally {
        await empty.stop();
      }
      return;
    }
    const first = await pushOnce(context, engine, `${registry.host}/try/${NAME}:first`);
    const second = await pushOnce(context, engine, `${registry.host}/try/${NAME}:second`);
    terminal.out(
      `\nThe second tag: ${formatBytes(second.bytes.uploaded)} sent, ${formatBytes(second.bytes.read)} read of the disk, ` +
        `${formatDuration(second.seconds)} in place of ${formatDuration(first.seconds)}; not sent ${formatBytes(first.bytes.packed)}.`,
    );
  } finally {
    await engine.close();
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
