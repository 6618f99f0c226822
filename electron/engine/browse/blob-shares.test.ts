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
  expect([shares.onlyHere()?.get('one'), shares.onlyHere()?.get('two'), shares.total()]).toEqual([7, 9, 116]);
});

it('a thread tells chunk by chunk what only its digest needs, in runs', () => {
  const shares = new BlobShares();
  const blobs = ['common', 'mine', 'zeros'].map((blob): [string, number] => [blob, 1]);
  shares.add('one', blobs);
  shares.add('two', [['common', 1]]);
  const chunk = (digest: string) => ({ digest, zero: digest === 'zeros' });
  shares.addChunks('one', ['mine', 'common', 'common', 'zeros', 'zeros', 'zeros', 'mine'].map(chunk));
  expect([shares.threadOf('one'), shares.threadOf('two')]).toEqual(['osd3zd', null]);
});
