import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PushRequest } from '../../shared/models/push-request.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, type Fits, first, isCommit, isPiece, registryError } from '../fixtures/faults.ts';
import { isWhole, pushThrough } from '../fixtures/push-through.ts';
import { type Fault, type SeenRequest, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

const isRange: Fits = (seen) => isPiece(seen) && seen.headers['content-range'] !== undefined;
const isStream: Fits = (seen) => isPiece(seen) && seen.headers['content-range'] === undefined;
const isWholePut: Fits = (seen) => isCommit(seen) && Number(seen.headers['content-length']) > 0;
const hasBody = ({ bytes }: SeenRequest): boolean => bytes > 0;
const always = (fits: Fits, fault: Fault): Fault => first(Number.POSITIVE_INFINITY, fits, fault).fault;

/** A registry that is near gets streams by itself: what is told of pieces asks for them. */
const PIECES = { pieceSize: 8 * 1024 * 1024 };

const push = (repository: string, fault: Fault, request: Partial<PushRequest> = PIECES) =>
  pushThrough({ registry: scene.registry.host, repository, vm: scene.vm, tartHome: scene.home.root, fault, request });

/** Which forms carried bytes that the registry took. */
function formsOf(seen: readonly SeenRequest[]): string[] {
  const taken = seen.filter(
    (one) => hasBody(one) && one.status >= 200 && one.status < 300 && one.path.includes('/uploads/'),
  );
  // Small blobs go in one request each, whatever the form: only disk layers tell.
  const disk = taken.filter(({ bytes }) => bytes > 200_000);
  return [...new Set(disk.map((one) => (isRange(one) ? 'pieces' : one.method === 'PATCH' ? 'stream' : 'whole')))];
}

describe('a registry that takes uploads of another form', () => {
  it.each<[string, Fault, string[]]>([
    ['no ranges: 416', always(isRange, answer(416, {}, registryError('REQUESTED_RANGE_NOT_SATISFIABLE'))), ['whole']],
    ['no pieces: 413', always(isRange, answer(413, { 'content-type': 'text/html' }, '<html>')), ['whole']],
    ['a wrong size: 400', always(isRange, answer(400, {}, registryError('SIZE_INVALID'))), ['whole']],
    ['a missing length: 411', always(isRange, answer(411, {}, registryError('CONTENT_LENGTH_INVALID'))), ['whole']],
    [
      'neither pieces nor whole bodies',
      (seen, incoming, outgoing) =>
        isRange(seen) || isWholePut(seen) ? answer(416)(seen, incoming, outgoing) : undefined,
      ['stream'],
    ],
    [
      'a proxy that lets 1,010,000 bytes through',
      (seen, incoming, outgoing) =>
        Number(seen.headers['content-length'] ?? 0) > 1_010_000 ? answer(413)(seen, incoming, outgoing) : undefined,
      // A layer that is short enough may go whole before a longer one is refused.
      expect.arrayContaining(['pieces']) as string[],
    ],
  ])('gets the image all the same: %s', async (name, fault, forms) => {
    const outcome = await push(`modes/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`, fault);
    expect({ ended: outcome.ended, whole: outcome.whole, forms: formsOf(outcome.seen) }).toEqual({
      ended: 'done',
      whole: true,
      forms,
    });
  });

  it('goes on in pieces after a single 416: that was a session out of step', async () => {
    const counted = first(1, isRange, answer(416, {}, registryError('RANGE_INVALID')));
    const outcome = await push('modes/step', counted.fault);
    expect({ ended: outcome.ended, whole: outcome.whole, forms: formsOf(outcome.seen), hits: counted.hits() }).toEqual({
      ended: 'done',
      whole: true,
      forms: ['pieces'],
      hits: 1,
    });
  });

  it.each<[string, Fault, string[]]>([
    ['as it likes them', () => undefined, ['stream']],
    ['with their length where it must be known', always(isStream, answer(411)), ['whole']],
    ['in pieces after one broke off', first(1, isStream, () => 'cutBody').fault, ['pieces', 'stream']],
    [
      'in small pieces behind a proxy with a limit',
      (seen, incoming, outgoing) =>
        isStream(seen) || isWholePut(seen) || Number(seen.headers['content-length'] ?? 0) > 1_010_000
          ? answer(413)(seen, incoming, outgoing)
          : undefined,
      ['pieces'],
    ],
  ])('gets streams when it is near: %s', async (name, fault, forms) => {
    const outcome = await push(`modes/near-${name.replaceAll(' ', '-')}`, fault, { pieceSize: null });
    // A layer that was under way when another broke off may still be a stream.
    const seen = formsOf(outcome.seen).filter((form) => forms.length > 1 || form === forms[0]);
    expect({ ended: outcome.ended, whole: outcome.whole, known: forms, seen: seen.length > 0 }).toEqual({
      ended: 'done',
      whole: true,
      known: expect.arrayContaining(seen),
      seen: true,
    });
  });

  it('is known to the next run, small pieces too', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-modes-'));
    // A proxy that lets a megabyte through.
    const large: Fits = (seen) =>
      seen.path.includes('/uploads/') &&
      !(Number(seen.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= 1_000_000);
    const sends = (seen: SeenRequest): boolean => (isPiece(seen) || isWholePut(seen)) && large(seen);
    const big = await makeTartVm(scene.home, {
      name: 'incompressible',
      disk: { chunkSize: 8 * 1024 * 1024, fileSystemSize: 8 * 1024 * 1024, contentSize: 1_000_000, tail: ['random'] },
    });
    const proxy = await startRegistryProxy(
      scene.registry.host,
      always(sends, answer(413, { 'content-type': 'text/html' }, '')),
    );
    const refused: number[] = [];
    for (const tag of ['first', 'second']) {
      const before = proxy.seen.filter(sends).length;
      const engine = await openTestEngine({ tartHome: scene.home.root, stateHome, chunkSize: 8 * 1024 * 1024 });
      await engine.push({ vmId: `vm:${big.name}`, references: [`${proxy.host}/modes/small-${tag}:1`] });
      await engine.close();
      refused.push(proxy.seen.filter(sends).length - before);
    }
    await proxy.close();
    await rm(stateHome, { recursive: true, force: true });

    expect({ first: Number(refused[0]) > 0, second: refused[1] }).toEqual({ first: true, second: 0 });
    expect(await isWhole(`${scene.registry.host}/modes/small-second:1`, big)).toBe(true);
  });

  it('is asked in vain once only: the next run knows it', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-modes-'));
    const proxy = await startRegistryProxy(scene.registry.host, always(isRange, answer(413)));
    const tried: number[] = [];
    for (const tag of ['first', 'second']) {
      const before = proxy.seen.filter(isRange).length;
      const engine = await openTestEngine({ tartHome: scene.home.root, stateHome });
      await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/modes/known-${tag}:1`], ...PIECES });
      await engine.close();
      tried.push(proxy.seen.filter(isRange).length - before);
    }
    await proxy.close();
    await rm(stateHome, { recursive: true, force: true });
    // Two layers were on their way when the first refusal came.
    expect(tried[0]).toBeLessThanOrEqual(2);
    expect(tried[1]).toBe(0);
    expect(await isWhole(`${scene.registry.host}/modes/known-second:1`, scene.vm)).toBe(true);
  });

  it('ends with the registry’s word where no form is taken', async () => {
    const refusal = answer(413, { 'content-type': 'text/plain' }, 'body too large');
    const outcome = await push(
      'modes/none',
      always((seen) => isPiece(seen) || isWholePut(seen), refusal),
    );
    expect({ ended: outcome.ended, tags: outcome.tags }).toEqual({ ended: 'registry.protocol', tags: [] });
    expect(outcome.error?.params['registryMessage']).toBe('body too large');
  });

  it('gets pieces of the length that was asked for, as with `--chunk-size`', async () => {
    const outcome = await push('modes/megabyte', () => undefined, { pieceSize: 1_000_000 });
    const pieces = outcome.seen.filter(isRange).map(({ bytes }) => bytes);
    expect({ whole: outcome.whole, longest: Math.max(...pieces) }).toEqual({ whole: true, longest: 1_000_000 });
  });
});
