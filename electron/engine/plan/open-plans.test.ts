import { describe, expect, it } from 'vitest';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { OpenPlans } from './open-plans.ts';
import type { PushSource } from './push-source.ts';

const closed: string[] = [];

function sourceOf(name: string, protection: PushSource['protection']): PushSource {
  const close = (): Promise<void> => {
    closed.push(name);
    return Promise.resolve();
  };
  return pushSourceOf(100, { protection, close });
}

describe('what a plan reads', () => {
  it('is let go with the plan where the VM is locked for it, and kept for a push where it is a snapshot', async () => {
    closed.length = 0;
    const plans = new OpenPlans();
    for (const protection of ['lock', 'snapshot'] as const) {
      await plans.open(protection, sourceOf(protection, protection));
      await plans.made(protection, true);
    }
    const afterPlanning = [...closed];
    await plans.close('snapshot');

    expect([afterPlanning, closed]).toEqual([['lock'], ['lock', 'snapshot']]);
  });

  it('is let go where the plan was not made, and the oldest where many plans are complete', async () => {
    closed.length = 0;
    const plans = new OpenPlans();
    await plans.open('failed', sourceOf('failed', 'snapshot'));
    await plans.made('failed', false);
    for (const name of ['1', '2', '3', '4', '5']) {
      await plans.open(name, sourceOf(name, 'snapshot'));
      await plans.made(name, true);
    }

    expect(closed).toEqual(['failed', '1']);
  });

  it('belongs to the job that is started from the plan: the making of the plan ends, and nobody else closes it', async () => {
    closed.length = 0;
    const plans = new OpenPlans();
    const source = sourceOf('taken', 'lock');
    const handedOver = await plans.open('plan', source);
    plans.handOver('plan', 'vm:other', 'not its VM');
    plans.handOver('plan', 'vm:builder', 'job');
    await plans.made('plan', false);
    await plans.close('plan');
    const taken = plans.takeOfJob('job');
    await plans.jobEnded('job');

    expect([handedOver.aborted, taken === source, plans.takeOfJob('not its VM'), closed]).toEqual([
      true,
      true,
      null,
      [],
    ]);
  });

  it('is closed with a job that never began, and with the engine', async () => {
    closed.length = 0;
    const plans = new OpenPlans();
    for (const name of ['a', 'b', 'c']) await plans.open(name, sourceOf(name, 'lock'));
    plans.handOver('a', 'vm:builder', 'job a');
    plans.handOver('b', 'vm:builder', 'job b');
    await plans.jobEnded('job a');
    const before = [...closed];
    await plans.closeAll();

    expect([before, closed.toSorted()]).toEqual([['a'], ['a', 'b', 'c']]);
  });
});
