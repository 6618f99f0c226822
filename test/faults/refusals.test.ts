import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors/codes.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import {
  answer,
  type Fits,
  first,
  isBlobHead,
  isCommit,
  isManifestPut,
  isPiece,
  isStart,
  registryError,
} from '../fixtures/faults.ts';
import { pushThrough } from '../fixtures/push-through.ts';
import type { Fault } from '../fixtures/registry-proxy.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

const NO_SPACE = { Err: 28, Op: 'write', Path: '/var/lib/registry/blobs' };
const full = registryError('UNKNOWN', 'unknown error', { ...NO_SPACE, Message: 'no space left on device' });
const huge = { 'x-padding': 'a'.repeat(100_000) };
const ATTEMPTS = 5;

describe('a push that a registry refuses', () => {
  it.each<[string, Fits, Fault, ErrorCode, number]>([
    ['no right to push', isStart, answer(403, {}, registryError('DENIED')), 'registry.denied', 2],
    ['a project policy', isStart, answer(412, {}, registryError('DENIED', 'policy')), 'registry.denied', 2],
    [
      'a repository that has to exist first',
      isStart,
      answer(404, {}, registryError('NAME_UNKNOWN')),
      'repository.notFound',
      2,
    ],
    ['no uploads at all', isStart, answer(405, {}, registryError('UNSUPPORTED')), 'registry.readOnly', 2],
    ['a session without a place', isStart, answer(202, {}, ''), 'registry.protocol', 2],
    ['a disk that is full', isPiece, answer(500, {}, full), 'registry.full', 2],
    ['a disk that is full when the blob is closed', isCommit, answer(500, {}, full), 'registry.full', 2],
    ['a store without room', isPiece, answer(507), 'registry.full', 2],
    [
      'a piece that is forbidden',
      isPiece,
      answer(403, {}, registryError('DENIED', 'quota exceeded')),
      'registry.denied',
      2,
    ],
    ['overload that does not end', isPiece, answer(503), 'registry.unavailable', 2 * ATTEMPTS],
    [
      'a limit that does not end',
      isPiece,
      answer(429, {}, registryError('TOOMANYREQUESTS')),
      'registry.rateLimited',
      2 * ATTEMPTS,
    ],
    ['a network that always breaks', isPiece, () => 'cutBody', 'registry.unreachable', 2 * ATTEMPTS],
    [
      'sessions that are always gone',
      isPiece,
      answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN')),
      'repository.notFound',
      2 * ATTEMPTS,
    ],
    [
      'bytes that are always damaged',
      isCommit,
      answer(400, {}, registryError('DIGEST_INVALID')),
      'blob.digestMismatch',
      2 * 2,
    ],
    ['HEADs that never answer', isBlobHead, () => 'loseAnswer', 'registry.unreachable', 16 * ATTEMPTS],
    ['a blob of another size', isBlobHead, answer(200, { 'content-length': '7' }, ''), 'blob.sizeMismatch', 16],
    ['a head of 100 kB', isBlobHead, answer(404, huge, ''), 'registry.answerTooLarge', 16],
    // A stream may break off before its answer is read; the pieces that follow it meet the same.
    ['a head of 100 kB for a piece', isPiece, answer(202, huge, ''), 'registry.answerTooLarge', 4],
    ['an answer of 100 kB', isStart, answer(500, {}, 'a'.repeat(100_000)), 'registry.answerTooLarge', 2],
    ['the manifest', isManifestPut, answer(400, {}, registryError('MANIFEST_INVALID')), 'manifest.refused', 1],
    [
      'a manifest that is too large',
      isManifestPut,
      answer(413, { 'content-type': 'text/html' }, '<html>'),
      'manifest.refused',
      1,
    ],
    [
      'a tag that must not move (400)',
      isManifestPut,
      answer(400, {}, registryError('TAG_IMMUTABLE')),
      'tag.immutable',
      1,
    ],
    [
      'a tag that must not move (409)',
      isManifestPut,
      answer(409, {}, registryError('TAG_ALREADY_EXISTS')),
      'tag.immutable',
      1,
    ],
    [
      'a tag that must not move (412)',
      isManifestPut,
      answer(412, {}, registryError('PRECONDITION', 'matched immutable rules')),
      'tag.immutable',
      1,
    ],
    ['a manifest that is taken, and not there', isManifestPut, answer(201, {}, ''), 'verify.failed', 1],
  ])('ends with its code, without hammering, and tags nothing: %s', async (name, fits, fault, code, most) => {
    const counted = first(Number.POSITIVE_INFINITY, fits, fault);
    const repository = `refused/${name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/-$/, '')}`;
    const request = { concurrency: 2 };
    const outcome = await pushThrough({
      registry: scene.registry.host,
      repository,
      vm: scene.vm,
      tartHome: scene.home.root,
      fault: counted.fault,
      request,
    });
    expect({ ended: outcome.ended, tags: outcome.tags }).toEqual({ ended: code, tags: [] });
    expect(counted.hits()).toBeGreaterThan(0);
    // One more may be on its way when the first refusal is heard.
    expect(counted.hits()).toBeLessThanOrEqual(most + 1);
  });

  it('is the registry’s own maintenance', async () => {
    const maintained = await startDockerRegistry({ readOnly: true });
    const outcome = await pushThrough({
      registry: maintained.host,
      repository: 'a/b',
      vm: scene.vm,
      tartHome: scene.home.root,
    });
    await maintained.stop();
    expect({ ended: outcome.ended, tags: outcome.tags }).toEqual({ ended: 'registry.readOnly', tags: [] });
  });

  it('hears a refusal that comes while the body is on its way', async () => {
    const big = await makeTartVm(scene.home, {
      name: 'incompressible',
      disk: { chunkSize: 32 * 1024 * 1024, fileSystemSize: 32 * 1024 * 1024, contentSize: 1_000_000, tail: ['random'] },
    });
    const outcome = await pushThrough({
      registry: scene.registry.host,
      repository: 'refused/early',
      vm: big,
      tartHome: scene.home.root,
      chunkSize: 32 * 1024 * 1024,
      fault: (seen, incoming, outgoing) => {
        if (!isPiece(seen) || Number(seen.headers['content-length']) < 8_000_000) return undefined;
        // Says no at once, reads no further, and hangs up.
        incoming.pause();
        outgoing.writeHead(403, { connection: 'close' });
        outgoing.end(registryError('DENIED', 'quota exceeded'));
        return 'answered';
      },
    });
    expect({ ended: outcome.ended, said: outcome.error?.params['registryMessage'], tags: outcome.tags }).toEqual({
      ended: 'registry.denied',
      said: 'quota exceeded',
      tags: [],
    });
  });
});
