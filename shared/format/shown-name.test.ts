import { expect, it } from 'vitest';
import { shownName } from './shown-name.ts';

it('draws what of a name could not be seen, and leaves the rest as it is', () => {
  expect(['sonoma-xcode 16.2', '基础 镜像', '  ', ' base', 'base\u3000', 'a\nb', 'a\u007fb'].map(shownName)).toEqual([
    'sonoma-xcode 16.2',
    '基础 镜像',
    '␣␣',
    '␣base',
    'base␣',
    'a␊b',
    'a␡b',
  ]);
});
