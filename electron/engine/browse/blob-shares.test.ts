import { expect, it } from 'vitest';
import { BlobShares } from './blob-shares.ts';

it('bytes are only here where one digest needs them, however often it names them', () => {
  const shares = new BlobShares();
  shares.add('one', [
    ['common', 100],
    ['mine', 7],
    ['mine', 7],
  ]);
  shares.add('two', [['common', 100]]);
  shares.add('two', [['yours', 9]]);
  expect([shares.onlyHere()?.get('one'), shares.onlyHere()?.get('two')]).toEqual([7, 9]);
});
