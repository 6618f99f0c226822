import { expect, it } from 'vitest';
import { orderTags } from './tag-order.ts';

it('puts versions first, the newest of them first, then names with latest last, then dates', () => {
  expect(
    orderTags(['latest', '2026-11', 'sonoma', '14.3', '2026-11-20', '14.4.1', 'v15', 'base', '20251231', '14.10']),
  ).toEqual(['v15', '14.10', '14.4.1', '14.3', 'base', 'sonoma', 'latest', '20251231', '2026-11-20', '2026-11']);
});
