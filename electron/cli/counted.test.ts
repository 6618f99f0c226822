import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it('a count stands before one thing or several', () => {
  expect([
    counted(0, 'image'),
    counted(1, 'image'),
    counted(2, 'image'),
    counted(1, 'repository', 'repositories'),
  ]).toEqual(['0 images', '1 image', '2 images', '1 repository']);
  expect(counted(3, 'repository', 'repositories')).toBe('3 repositories');
});
