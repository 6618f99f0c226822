import { expectTypeOf, test } from 'vitest';
import type { ErrorCode } from '../errors/codes.ts';
import type { Job, JobSummary } from '../models/job.ts';
import type { Plan } from '../models/plan.ts';
import type { Settings } from '../models/settings.ts';
import type { ContractClient } from './client.ts';
import type { EventPayload, Topic } from './events.ts';
import type { Handlers, Subscribe } from './handlers.ts';
import type { EngineMethodName, HostMethodName, MethodInput, MethodName, MethodOutput, Methods } from './methods.ts';

declare const client: ContractClient;
declare const on: Subscribe;

test('a call takes its method’s input and answers its output', () => {
  expectTypeOf(client.call('settings.get', null)).resolves.toEqualTypeOf<Settings>();
  expectTypeOf<MethodOutput<'jobs.push'>>().toEqualTypeOf<JobSummary>();
  expectTypeOf<MethodOutput<'jobs.get'>>().toEqualTypeOf<{ sequence: number; job: Job }>();
  expectTypeOf<MethodOutput<'plans.make'>>().toEqualTypeOf<Plan>();
  expectTypeOf<MethodInput<'jobs.retry'>>().toEqualTypeOf<{
    id: string;
    force: boolean;
    newManifest?: boolean | undefined;
    sendAgain?: 'all' | string[] | undefined;
  }>();
  // @ts-expect-error the input of another method
  void client.call('jobs.get', { host: 'ghcr.io' });
  // @ts-expect-error no such method
  void client.call('jobs.explode', null);
});

test('host and engine share the methods without rest', () => {
  expectTypeOf<HostMethodName | EngineMethodName>().toEqualTypeOf<MethodName>();
  expectTypeOf<HostMethodName & EngineMethodName>().toEqualTypeOf<never>();
  expectTypeOf<HostMethodName>().toEqualTypeOf<
    | 'app.info'
    | 'app.revealVm'
    | 'app.chooseFolder'
    | 'app.chooseArchive'
    | 'app.chooseArchiveTarget'
    | 'app.chooseReportTarget'
    | 'app.listening'
    | 'app.copyText'
  >();
  expectTypeOf<Handlers<EngineMethodName> & Handlers<HostMethodName>>().toExtend<Handlers>();
});

test('every handler hears the signal of its own call', () => {
  expectTypeOf<Parameters<Handlers['vms.list']>[1]>().toEqualTypeOf<AbortSignal>();
});

test('methods declare errors of the closed list only', () => {
  expectTypeOf<Methods[MethodName]['errors'][number]>().toExtend<ErrorCode>();
});

test('a listener gets the payload of its topic', () => {
  on('app.command', (command) => {
    expectTypeOf(command).toEqualTypeOf<EventPayload<'app.command'>>();
  });
  expectTypeOf<EventPayload<'vms.changed'>>().toEqualTypeOf<null>();
  expectTypeOf<'jobs.changed'>().toExtend<Topic>();
  // @ts-expect-error no such topic
  on('jobs.exploded', () => undefined);
});
