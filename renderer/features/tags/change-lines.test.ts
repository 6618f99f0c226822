import { afterEach, describe, expect, it } from 'vitest';
import { tagGroupSchema } from '../../../shared/models/registry.ts';
import { changeLines, drawnTokens, putChanges, removeChanges } from './change-lines.ts';
import { addPending, discardPending, dropPending, pendingOf } from './pending-changes.ts';

const PLACE = 'a.io/vm';
const repository = {
  groups: [
    { digest: 'sha256:new', tags: ['2.0', 'latest'], size: 30, uploadTime: null, onlyHere: 9 },
    { digest: 'sha256:old', tags: ['1.0', 'stable'], size: 20, uploadTime: null, onlyHere: 4 },
  ].map((group) => tagGroupSchema.parse(group)),
};

afterEach(() => {
  discardPending(PLACE);
});

const add = (digest: string, ...names: string[]): void => addPending(PLACE, putChanges(repository, digest, names));
const remove = (...tags: string[]): void => addPending(PLACE, removeChanges(repository, tags));
const kinds = (): string[] => pendingOf(PLACE).map(({ change: { kind, tag } }) => `${kind} ${tag}`);

describe('pending tag changes', () => {
  it('know what each tag pointed at when it was seen', () => {
    add('sha256:old', 'latest', 'fresh', '1.0');

    expect(pendingOf(PLACE).map(({ change }) => change)).toEqual([
      { kind: 'move', tag: 'latest', digest: 'sha256:old', to: null, expected: 'sha256:new' },
      { kind: 'add', tag: 'fresh', digest: 'sha256:old', to: null, expected: null },
    ]);
  });

  it('have each tag once: the newest wish counts, and what was only to be added is dropped by removing it', () => {
    add('sha256:old', 'latest', 'fresh');
    remove('latest');
    const replaced = kinds();
    addPending(PLACE, [{ kind: 'remove', tag: 'fresh', digest: null, to: null, expected: null }]);

    expect([replaced, kinds()]).toEqual([['add fresh', 'remove latest'], ['remove latest']]);
  });

  it('are taken out one by one', () => {
    add('sha256:old', 'latest', 'fresh');
    dropPending(PLACE, [pendingOf(PLACE).at(-1)?.id ?? 0]);

    expect(kinds()).toEqual(['move latest']);
  });

  it('stand in lines: removals of a digest together, with what is left and freed', () => {
    remove('1.0');
    add('sha256:new', 'fresh');
    remove('stable', 'latest');

    expect(changeLines(repository, pendingOf(PLACE)).map(({ ids: _, ...line }) => line)).toEqual([
      {
        kind: 'remove',
        tags: ['1.0', 'stable'],
        to: null,
        from: 'sha256:old',
        becomes: null,
        untags: true,
        freed: 4,
        staying: [],
      },
      {
        kind: 'add',
        tags: ['fresh'],
        to: null,
        from: null,
        becomes: 'sha256:new',
        untags: false,
        freed: null,
        staying: [],
      },
      {
        kind: 'remove',
        tags: ['latest'],
        to: null,
        from: 'sha256:new',
        becomes: null,
        untags: false,
        freed: null,
        staying: ['2.0', 'fresh'],
      },
    ]);
  });

  it('draw tokens that leave, move and are new where they will be', () => {
    add('sha256:old', 'latest', 'fresh');
    addPending(PLACE, [
      { kind: 'rename', tag: '1.0', digest: null, to: '1.0.0', expected: 'sha256:old', expectedTo: null },
    ]);

    expect([...drawnTokens(repository, pendingOf(PLACE))]).toEqual([
      ['sha256:new', { leaving: new Set(['latest']), arriving: [] }],
      [
        'sha256:old',
        {
          leaving: new Set(['1.0']),
          arriving: [
            { tag: 'latest', state: 'moves' },
            { tag: 'fresh', state: 'new' },
            { tag: '1.0.0', state: 'new' },
          ],
        },
      ],
    ]);
  });
});
