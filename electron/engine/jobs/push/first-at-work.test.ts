import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../test/fixtures/manual-clock.ts';
import { pushSourceOf } from '../../../../test/fixtures/push-source.ts';
import { limited } from '../../plan/limited.ts';
import { createDraft, type DraftLayer } from '../../plan/push-draft.ts';
import { groupTargets } from '../../plan/push-targets.ts';
import { FirstAtWork } from './first-at-work.ts';

const never = new AbortController().signal;
const { layers } = createDraft(pushSourceOf(8), groupTargets(['a.io/b:1']), 1);
const order = layers.slice(0, 6);

/** Brings layers whose registry answers when the test says so, four at once with two workers. */
function bring() {
  const clock = new ManualClock();
  const first = new FirstAtWork(order, 2, { limit: () => 4, onChange: () => () => undefined }, clock);
  const asked: number[] = [];
  const answers = new Map<number, () => void>();
  const done = limited(
    order,
    first.limit,
    never,
    async (layer) => {
      asked.push(layer.index);
      await new Promise<void>((answer) => {
        answers.set(layer.index, answer);
      });
      first.arrived(layer);
    },
    first.onChange,
  );
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Answers whatever is asked, until nothing is. */
  const finish = async (): Promise<void> => {
    while (answers.size > 0) {
      for (const [index, answer] of answers) {
        answers.delete(index);
        answer();
      }
      await settled();
    }
    await done;
  };
  return { first, clock, asked, answers, done, settled, finish };
}

const layerOf = (index: number): DraftLayer => order[index] ?? order[0] ?? expect.unreachable();

describe('the layers that a push begins with', () => {
  it('are with the workers before further ones ask their registry', async () => {
    const { first, asked, settled, finish } = bring();
    await settled();
    const atFirst = [...asked];
    first.arrived(layerOf(1));
    await settled();
    const withOne = [...asked];
    first.arrived(layerOf(0));
    await settled();
    const withBoth = [...asked];
    await finish();

    expect({ atFirst, withOne, withBoth, asked }).toEqual({
      atFirst: [0, 1],
      withOne: [0, 1],
      withBoth: [0, 1, 2, 3],
      asked: [0, 1, 2, 3, 4, 5],
    });
  });

  it('keep nobody waiting whose registry takes long to open an upload', async () => {
    const { clock, asked, settled, finish } = bring();
    await settled();
    const atFirst = [...asked];
    await clock.advance(100);
    await settled();
    const later = [...asked];
    await finish();

    expect({ atFirst, later }).toEqual({ atFirst: [0, 1], later: [0, 1, 2, 3] });
  });

  it('need no worker where they are there already', async () => {
    const { asked, answers, done, settled } = bring();
    await settled();
    for (const index of [0, 1]) answers.get(index)?.();
    await settled();
    const meanwhile = [...asked];
    for (let index = 2; index < 6; index += 1) {
      await settled();
      answers.get(index)?.();
    }
    await done;

    expect(meanwhile).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
