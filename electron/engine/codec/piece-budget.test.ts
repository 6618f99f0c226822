import { describe, expect, it } from 'vitest';
import { PieceBudget } from './piece-budget.ts';

const never = new AbortController().signal;

describe('the budget of pieces', () => {
  it('serves in the order of asking, never more than there is', async () => {
    const budget = new PieceBudget(10);
    const served: string[] = [];
    const ask = async (name: string, bytes: number): Promise<void> => {
      await budget.take(bytes, never);
      served.push(name);
    };
    await ask('first', 6);
    const big = ask('big', 8);
    const small = ask('small', 2);
    await ask('none', 0);
    const before = [...served];
    budget.giveBack(6);
    await Promise.all([big, small]);
    expect({ before, served }).toEqual({ before: ['first', 'none'], served: ['first', 'none', 'big', 'small'] });
  });

  it('forgets who gave up, and serves who stood behind', async () => {
    const budget = new PieceBudget(10);
    await budget.take(6, never);
    const gone = new AbortController();
    const big = budget.take(8, gone.signal);
    const small = budget.take(4, never);
    gone.abort(new Error('cancelled'));
    await expect(big).rejects.toThrow('cancelled');
    await small;
    budget.giveBack(6);
    budget.giveBack(4);
    await expect(budget.take(10, never)).resolves.toBeUndefined();
  });
});
