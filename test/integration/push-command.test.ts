import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../electron/cli/command-context.ts';
import { runProgram } from '../../electron/cli/program.ts';
import { commandName, pushCommand } from '../../renderer/features/push/push-command.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { PushRequest } from '../../shared/models/push-request.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { sampleVm } from '../fixtures/window/samples.ts';

/** What a shell makes of a command line. */
function shellWords(command: string): readonly string[] {
  const words = execFileSync('sh', ['-c', `tartan() { printf '%s\\0' "$@"; }; ${command}`], { encoding: 'utf8' });
  return words.split('\0').slice(0, -1);
}

/** Runs the real command line over an engine that only notes what it is asked to push. */
async function requestOf(command: string, vm: Vm): Promise<PushRequest | null> {
  let asked: PushRequest | null = null;
  const handlers: Partial<Handlers<EngineMethodName>> = {
    'vms.list': () => Promise.resolve({ tartHome: '/t', places: [], vms: [vm], volume: null, readMs: 0 }),
    'jobs.push': (input) => {
      asked = input;
      return Promise.reject(new AppError('cancelled'));
    },
  };
  const context: CommandContext = {
    terminal: { out: () => undefined, note: () => undefined, input: () => Promise.resolve(''), interactive: false },
    signal: new AbortController().signal,
    expectLock: () => undefined,
    // The command asks these two methods before anything else; any other would fail loudly.
    engine: () =>
      Promise.resolve({
        handlers: handlers as Handlers<EngineMethodName>,
        on: () => () => undefined,
        runningJobs: () => 0,
        interruptJobs: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  };
  await runProgram(shellWords(command), context, '0');
  return asked;
}

/** What the command asks for: it does not stay where nobody could help, unless told to. */
function asked(vm: Vm, request: Omit<PushRequest, 'vmId'>): PushRequest {
  return { vmId: vm.id, ...request, whenStuck: 'fail' };
}

const label = fc.tuple(
  fc.stringMatching(/^[a-z][a-z.]{0,8}$/),
  fc.string({ maxLength: 12 }).filter((text) => !text.includes('\0')),
);
const requests = fc.record({
  references: fc.uniqueArray(
    fc.constantFrom('localhost:5000/sonoma:16.2', 'ghcr.io/acme/macos:latest', 'a.io/b/c:v1', '[::1]:5000/x:1'),
    { minLength: 1 },
  ),
  insecure: fc.boolean(),
  concurrency: fc.option(fc.integer({ min: 1, max: 16 })),
  pieceSize: fc.option(fc.integer({ min: 1, max: 1000 }).map((megabytes) => megabytes * 1_000_000)),
  labels: fc.array(label, { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
  verify: fc.boolean(),
  force: fc.boolean(),
  newManifest: fc.boolean(),
  populateCache: fc.boolean(),
  keepLocal: fc.boolean(),
});
const names = fc.oneof(
  fc.constantFrom('sonoma', 'my vm', "it's", '-x', '--force', '$HOME', 'a;b', '~', 'ü'),
  fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[/\0]/.test(text)),
);

describe('a push that is copied as a command', () => {
  it('asks the command line for the same push, whatever the VM and the labels are called', async () => {
    await fc.assert(
      fc.asyncProperty(names, requests, async (name, request) => {
        const vm = sampleVm({ id: `vm:${name}`, name });
        expect(await requestOf(pushCommand(commandName(vm), request), vm)).toEqual(asked(vm, request));
      }),
      { numRuns: 60 },
    );
  });

  it.each([['16.2'], []])('names a cached image by its tag, else by its digest (%s)', async (...tags) => {
    const digest = `sha256:${'5'.repeat(64)}`;
    const vm = sampleVm({
      id: `image:ghcr.io/acme/macos@${digest}`,
      kind: 'image',
      name: 'ghcr.io/acme/macos',
      tags,
      digest,
    });
    const request = {
      references: ['a.io/b:1'],
      insecure: false,
      concurrency: null,
      pieceSize: null,
      labels: {},
      verify: false,
      force: false,
      newManifest: false,
      populateCache: false,
      keepLocal: false,
    };
    expect(await requestOf(pushCommand(commandName(vm), request), vm)).toEqual(asked(vm, request));
  });
});
