import { describe, expect, it } from 'vitest';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { verdictsOf } from './draft-verdicts.ts';
import { estimateTransfer, NOTHING_MEASURED, type TransferRates } from './estimate-transfer.ts';
import { createDraft, type PushDraft } from './push-draft.ts';
import { groupTargets, withLocalStore } from './push-targets.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const RATES: TransferRates = { reading: 100, hashing: 50, encoder: 20, linkTo: () => 10, limit: null };

/** Three chunks of 100 bytes: one to upload (40 packed), one present, one that nobody has read. */
function draftOf(references: readonly string[]): PushDraft {
  const draft = createDraft(pushSourceOf(300), groupTargets(references), 100);
  const [, changed, there] = draft.layers;
  Object.assign(changed ?? {}, { rawDigest: digest('a'), digest: digest('b'), size: 40 });
  Object.assign(there ?? {}, { rawDigest: digest('c'), digest: digest('d'), size: 30 });
  for (const { presence } of draft.targets) {
    presence.set(digest('b'), { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
    presence.set(digest('d'), { verdict: 'present', reason: 'inRepository', mountedFrom: null });
  }
  return draft;
}

function estimateOf(draft: PushDraft, rates: TransferRates) {
  return estimateTransfer(
    draft,
    draft.targets.map((target) => verdictsOf(draft, target)),
    rates,
  );
}

describe('the time of a push', () => {
  it('is that of reading and encoding, which share the processors, or of sending, whichever is longer', () => {
    const slowLink = estimateOf(draftOf(['a.io/b:1']), { ...RATES, linkTo: () => 5 });
    const fastLink = estimateOf(draftOf(['a.io/b:1']), { ...RATES, linkTo: () => 1000 });

    expect([slowLink, fastLink]).toEqual([
      { readSeconds: 3, encodeSeconds: 2, sendSeconds: 8, ofTargets: [8], seconds: 8, bound: 'send' },
      { readSeconds: 3, encodeSeconds: 2, sendSeconds: 0.04, ofTargets: [0.04], seconds: 5, bound: 'read' },
    ]);
  });

  it('counts an encoding once, repositories of one registry one after the other, registries at once', () => {
    const references = ['a.io/b:1', 'a.io/c:1', 'slow.io/b:1'];
    const rates = { ...RATES, linkTo: (registry: string) => (registry === 'a.io' ? 10 : 4) };

    expect(estimateOf(draftOf(references), rates)).toMatchObject({
      encodeSeconds: 2,
      sendSeconds: 10,
      ofTargets: [4, 4, 10],
    });
    expect(estimateOf(draftOf(references), { ...rates, limit: 6 })).toMatchObject({ sendSeconds: 20 });
  });

  it('takes nothing for a folder of this computer beside the making of the bytes', () => {
    const draft = createDraft(pushSourceOf(100), withLocalStore(groupTargets(['a.io/b:1']), '/store'), 100);

    expect(estimateOf(draft, RATES)).toMatchObject({ sendSeconds: 0, ofTargets: [0, 0] });
  });

  it('is not known while a part of it was never measured; each part that is known is told', () => {
    expect([
      estimateOf(draftOf(['a.io/b:1']), NOTHING_MEASURED),
      estimateOf(draftOf(['a.io/b:1']), { ...RATES, hashing: null }),
    ]).toEqual([
      { readSeconds: null, encodeSeconds: null, sendSeconds: null, ofTargets: [null], seconds: null, bound: null },
      { readSeconds: null, encodeSeconds: 2, sendSeconds: 4, ofTargets: [4], seconds: null, bound: null },
    ]);
  });
});
