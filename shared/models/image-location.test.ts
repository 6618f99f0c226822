import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import {
  folderOfPlace,
  formatLayoutReference,
  type LayoutReference,
  layoutPlace,
  parseImageLocation,
  parseLayoutReference,
  placeName,
} from './image-location.ts';

function faultOf(input: string): unknown {
  try {
    parseImageLocation(input);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'reference.invalid') throw thrown;
    const { position, expected } = thrown.params;
    return { position, expected };
  }
}

const plainFolder = fc.stringMatching(/^(\.{0,2}\/)?[^:\0]{1,30}$/).filter((text) => !/^[A-Za-z]$/.test(text));
const driveFolder = fc.stringMatching(/^[A-Za-z]:[\\/][^:\0]{0,30}$/);
const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:[._-][a-z0-9]{1,4})?$/);
const layout: fc.Arbitrary<LayoutReference> = fc
  .record({
    folder: fc.oneof(plainFolder, driveFolder),
    repository: fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
    tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/)),
  })
  .map((parts) => (parts.tag === null ? { ...parts, repository: 'library' } : parts));

describe('a reference to an image layout', () => {
  it('is taken apart and put together again without a loss, on drives of Windows too', () => {
    fc.assert(
      fc.property(layout, (parts) => {
        expect(parseLayoutReference(formatLayoutReference(parts))).toEqual(parts);
        expect(folderOfPlace(layoutPlace(parts.folder))).toBe(parts.folder);
      }),
    );
  });

  it.each([
    ['oci:/srv/images', { folder: '/srv/images', repository: 'library', tag: null }],
    ['oci:images:14.4', { folder: 'images', repository: 'library', tag: '14.4' }],
    ['oci:./a b:acme/macos:14.4', { folder: './a b', repository: 'acme/macos', tag: '14.4' }],
    ['oci:C:\\images:v1', { folder: 'C:\\images', repository: 'library', tag: 'v1' }],
    ['oci:d:/images', { folder: 'd:/images', repository: 'library', tag: null }],
    // A folder of one letter, and its tag.
    ['oci:c:images', { folder: 'c', repository: 'library', tag: 'images' }],
  ])('%s', (text, expected) => {
    expect(parseImageLocation(text)).toEqual({ kind: 'layout', layout: expected });
  });

  it('is told from a registry by how it begins', () => {
    expect(['oci.example/app:1', 'ocis:5000/app'].map((text) => parseImageLocation(text).kind)).toEqual([
      'registry',
      'registry',
    ]);
  });

  it.each([
    ['oci:', 4, 'folder'],
    ['oci::v1', 4, 'folder'],
    ['oci:a\0b', 5, 'folder'],
    ['oci:dir:', 8, 'tag'],
    ['oci:dir:-v1', 8, 'tag'],
    ['oci:dir:v1!', 10, 'end'],
    ['oci:dir:acme/app', 16, 'tag'],
    ['oci:dir:acme/app:', 17, 'tag'],
    ['oci:dir:Acme/app:1', 8, 'lowerCase'],
    ['oci:dir:acme//app:1', 13, 'repository'],
    ['oci:dir:acme/app:1:2', 18, 'end'],
    [`oci:dir:${'x'.repeat(129)}`, 136, 'shorter'],
    [`oci:dir@sha256:${'0'.repeat(64)}`, 7, 'tag'],
  ])('%j is refused at character %i', (text, position, expected) => {
    expect(faultOf(text)).toEqual({ position, expected });
  });

  it('is named by its folder, and by its repository where there is one', () => {
    expect(
      [
        { registry: 'oci:/srv/images', repository: 'library' },
        { registry: 'oci:/srv/images', repository: 'acme/macos' },
        { registry: 'ghcr.io', repository: 'library' },
      ].map(placeName),
    ).toEqual(['oci:/srv/images', 'oci:/srv/images:acme/macos', 'ghcr.io/library']);
  });
});
