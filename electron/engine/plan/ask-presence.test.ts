import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { ContentIndex } from '../digests/content-index.ts';
import { askPresence } from './ask-presence.ts';
import { verdictsOf } from './draft-verdicts.ts';
import { type AskingParts, noRequests } from './planning-parts.ts';
import { createDraft } from './push-draft.ts';
import { groupTargets } from './push-targets.ts';

const SHARED = `sha256:${'a'.repeat(64)}`;
const never = new AbortController().signal;

describe('what targets have', () => {
  let state: TestState;
  beforeAll(async () => {
    state = await openTestState(() => 0);
  });
  afterAll(() => state.remove());

  it('is asked once for two chunks of one digest, and the second waits until it is known that it can be mounted', async () => {
    const draft = createDraft(pushSourceOf(200), groupTargets(['a.io/first:1', 'a.io/second:1']), 100);
    const [, one, two] = draft.layers;
    if (one === undefined || two === undefined) throw new Error('no two chunks');
    for (const layer of [one, two]) Object.assign(layer, { rawDigest: SHARED, digest: SHARED, size: 10 });
    const answers: ((has: boolean) => void)[] = [];
    const parts: AskingParts = {
      contentIndex: new ContentIndex(state.database, () => 0),
      requests: noRequests(),
      clientOf: () => ({
        account: null,
        profile: { mounts: true },
        headBlob: () => new Promise((answer) => answers.push(answer)),
      }),
    };
    const verdicts = (): unknown[] =>
      draft.targets.map((target) => verdictsOf(draft, target).map(({ verdict }) => verdict)[1]);

    const first = askPresence(parts, draft, [one], never);
    const second = askPresence(parts, draft, [two], never).then(verdicts);
    for (const answer of answers) answer(false);
    await first;

    expect({ requests: parts.requests.head, then: await second, now: verdicts() }).toEqual({
      requests: 2,
      then: ['upload', 'mount'],
      now: ['upload', 'mount'],
    });
  });
});
