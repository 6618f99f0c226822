import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedHere } from '../../build/scripts/apt-packages.mjs';
import { testsWithoutPrograms } from '../../build/scripts/needed-programs.mjs';

const tests = join(import.meta.dirname, '..');

describe('tests on a machine that lacks a program', () => {
  it('are skipped where they or what they import start it, and only there', () => {
    const lacking = testsWithoutPrograms([tests], (name) => name !== 'docker-registry');
    const missing = (file: string): string[] | undefined => lacking.get(join(tests, file));

    expect({
      push: missing('integration/push.test.ts'),
      window: missing('e2e/push.e2e.ts'),
      embedded: missing('integration/embedded-registry.test.ts'),
    }).toEqual({ push: ['docker-registry'], window: ['docker-registry'], embedded: undefined });
  });

  it('all run where everything is there', () => {
    expect(testsWithoutPrograms([tests], () => true)).toEqual(new Map());
  });
});

describe('packages that a system lacks', () => {
  const wanted = ['docker-registry', 'libasound2', 'libnss3'];

  it.each([
    ['Debian 12', ['docker-registry', 'libasound2', 'libnss3'], wanted],
    [
      'Debian 13 and Ubuntu 24.04',
      ['docker-registry', 'libasound2t64', 'libnss3'],
      ['docker-registry', 'libasound2t64', 'libnss3'],
    ],
    ['a system whose lists were not fetched yet', [], wanted],
  ])('have the names that %s gives them', (_system, known, expected) => {
    expect(namedHere(wanted, new Set(known))).toEqual(expected);
  });
});
