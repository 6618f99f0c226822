import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editTag, emptyTarget, readTarget, settleText, takeBack, targetsOf, typeText } from './target-draft.ts';

const typed = (text: string) => typeText(emptyTarget(1), text);

describe('typing a target', () => {
  it('is not wrong while it is being typed', () => {
    expect(
      ['', 'ghcr.io', 'ghcr.io/', 'ghcr.io/acme/', 'ghcr.io/acme/sonoma'].map(
        (text) => readTarget(typed(text)).problem,
      ),
    ).toEqual([
      { kind: 'missing', part: 'registry' },
      { kind: 'missing', part: 'repository' },
      { kind: 'missing', part: 'repository' },
      { kind: 'missing', part: 'repository' },
      { kind: 'missing', part: 'tag' },
    ]);
  });

  it('says where it stops to fit, with the correction', () => {
    expect(readTarget(typed('ghcr.io/Acme/Sonoma:1')).problem).toEqual({
      kind: 'invalid',
      text: 'ghcr.io/Acme/Sonoma:1',
      position: 8,
      expected: 'lowerCase',
      suggestion: 'ghcr.io/acme/sonoma:1',
    });
  });

  it('counts the position of a bad tag from the tag', () => {
    expect(readTarget(typeText({ ...emptyTarget(1), name: 'ghcr.io/acme/sonoma' }, '16 2'.replace(' ', '!')))).toEqual({
      references: [],
      problem: { kind: 'invalid', text: '16!2', position: 2, expected: 'end', suggestion: null },
    });
  });

  it('settles the repository at its colon and each tag at a blank', () => {
    const target = typeText(typeText(typed('ghcr.io/acme/sonoma:'), '16.2 '), 'latest');
    expect(target).toEqual({ id: 1, name: 'ghcr.io/acme/sonoma', tags: ['16.2'], text: 'latest' });
    expect(readTarget(target)).toEqual({
      references: ['ghcr.io/acme/sonoma:16.2', 'ghcr.io/acme/sonoma:latest'],
      problem: null,
    });
  });

  it('does not take the colon of a port for the end of the repository', () => {
    expect(typed('localhost:').name).toBeNull();
    expect(typed('localhost:5000/sonoma:')).toMatchObject({ name: 'localhost:5000/sonoma', text: '' });
  });

  it('takes the folder of an image layout as it is, with a tag or without', () => {
    const texts = ['oci:/srv/images', 'oci:/srv/my images:14.4', 'oci:C:\\images:14.4', 'oci:/srv/images:acme/app:1'];
    expect(texts.map((text) => readTarget(typed(text)))).toEqual(
      texts.map((text) => ({ references: [text], problem: null })),
    );
  });

  it('is told what a folder lacks, and that it begins at the root', () => {
    expect(['oci:', 'oci:/srv/images:', 'oci:images:1'].map((text) => readTarget(typed(text)).problem)).toEqual([
      { kind: 'missing', part: 'folder' },
      { kind: 'missing', part: 'tag' },
      { kind: 'invalid', text: 'oci:images:1', position: 4, expected: 'absoluteFolder', suggestion: null },
    ]);
  });

  it('takes tokens back one by one, then the name', () => {
    const target = settleText(typed('ghcr.io/acme/sonoma:1'));
    expect([takeBack(target), takeBack(takeBack(target))]).toEqual([
      { id: 1, name: 'ghcr.io/acme/sonoma', tags: [], text: '' },
      { id: 1, name: null, tags: [], text: 'ghcr.io/acme/sonoma' },
    ]);
  });

  it('makes a token text again to edit it', () => {
    expect(editTag({ id: 1, name: 'a.io/b', tags: ['1', '2'], text: '3' }, '1')).toEqual({
      id: 1,
      name: 'a.io/b',
      tags: ['2', '3'],
      text: '1',
    });
  });

  it('refuses a digest: one cannot push to it', () => {
    expect(readTarget(typed(`a.io/b@sha256:${'0'.repeat(64)}`)).problem).toMatchObject({
      expected: 'noDigest',
      position: 6,
    });
  });

  it('opens one field for each repository', () => {
    expect(targetsOf(['a.io/b:1', 'a.io/c:1', 'a.io/b:2', 'A b'], 5)).toEqual([
      { id: 5, name: 'a.io/b', tags: ['1', '2'], text: '' },
      { id: 6, name: 'a.io/c', tags: ['1'], text: '' },
      { id: 7, name: null, tags: [], text: 'A b' },
    ]);
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        readTarget(typeText(settleText(typed(first)), second));
      }),
    );
  });
});
