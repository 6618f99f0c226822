import { describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

/** Runs the command line; gives its status and the first line of what it said, and where. */
async function said(...args: string[]): Promise<unknown> {
  const heard: string[] = [];
  const status = await runProgram(
    args,
    {
      terminal: {
        out: (text) => heard.push(`out: ${text}`),
        note: (text) => heard.push(`note: ${text}`),
        input: () => Promise.resolve(''),
        interactive: false,
      },
      signal: new AbortController().signal,
      expectLock: () => undefined,
      engine: () => Promise.reject(new Error('help needs no engine')),
    },
    '0',
  );
  return { status, said: heard.join('\n').split('\n')[0] };
}

describe('help', () => {
  it.each<[string, number, string]>([
    ['help', 0, 'out: Usage: tartan [options] [command]'],
    ['help push', 0, 'out: Usage: tartan push [options] <vm> <reference...>'],
    ['help jobs resume', 0, 'out: Usage: tartan jobs resume [options] <id>'],
    ['jobs help resume', 0, 'out: Usage: tartan jobs resume [options] <id>'],
    ['help push whatever', 0, 'out: Usage: tartan push [options] <vm> <reference...>'],
    ['help nosuch', 2, "note: error: unknown command 'nosuch'"],
    ['help jobs nosuch', 2, "note: error: unknown command 'nosuch'"],
    ['jobs help nosuch', 2, "note: error: unknown command 'nosuch'"],
    ['help psh', 2, "note: error: unknown command 'psh'"],
    ['nosuch --help', 2, "note: error: unknown command 'nosuch'"],
    ['jobs nosuch --help', 2, "note: error: unknown command 'nosuch'"],
    ['jobs help', 0, 'out: Usage: tartan jobs [options] [command]'],
    ['--version', 0, 'out: 0'],
  ])('tartan %s', async (line, status, first) => {
    expect(await said(...line.split(' '))).toEqual({ status, said: first });
  });
});
