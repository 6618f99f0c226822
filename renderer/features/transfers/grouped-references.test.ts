import { expect, it } from 'vitest';
import { groupedReferences } from './grouped-references.ts';

it.each([
  [[], ''],
  [['a.io/b'], 'a.io/b'],
  [['a.io:5000/b:1', 'a.io:5000/b:latest', 'a.io:5000/b:x'], 'a.io:5000/b:1, latest, x'],
  [['a.io/b:1', 'a.io/c:1', 'a.io/c:2'], 'a.io/b:1, a.io/c:1, 2'],
  [['a.io/b:1', 'z.io/b:1'], 'a.io/b:1, z.io/b:1'],
  [['a.io:5000/b', 'a.io:5000/b:1'], 'a.io:5000/b, 1'],
  [['oci:/srv/images:1', 'oci:/srv/images:2'], 'oci:/srv/images:1, 2'],
])('references of one repository are told with it once: %j', (references, words) => {
  expect(groupedReferences(references)).toBe(words);
});
