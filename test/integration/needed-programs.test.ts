import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
