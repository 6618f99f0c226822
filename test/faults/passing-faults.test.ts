import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import {
  answer,
  type CountedFault,
  first,
  isBlobHead,
  isCommit,
  isManifestPut,
  isPiece,
  isStart,
  registryError,
} from '../fixtures/faults.ts';
import { pushThrough } from '../fixtures/push-through.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

const push = (repository: string, counted: CountedFault) =>
  pushThrough({ registry: registry.host, repository, vm, tartHome: home.root, fault: counted.fault });

describe('a push through a network that breaks', () => {
  it.each<[string, CountedFault]>([
    ['503 twice for a piece', first(2, isPiece, answer(503))],
    ['502 from a gateway that speaks HTML', first(1, isPiece, answer(502, { 'content-type': 'text/html' }, '<html>'))],
    ['a body that breaks off', first(1, isPiece, () => 'cutBody')],
    ['the answer of a piece that is lost', first(1, isPiece, () => 'loseAnswer')],
    ['an answer to a piece that breaks off', first(1, isPiece, () => 'cutAnswer')],
    ['a session that is gone', first(2, isPiece, answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN')))],
    [
      'a session that is gone when it is closed',
      first(1, isCommit, answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN'))),
    ],
    ['503 for opening a session', first(2, isStart, answer(503))],
    ['a connection that ends while a session is opened', first(1, isStart, () => 'loseAnswer')],
    ['the lost answer of the closing PUT', first(1, isCommit, () => 'loseAnswer')],
    [
      'a closing PUT that never arrives',
      first(1, isCommit, (_seen, incoming) => {
        incoming.socket.destroy();
        return 'answered';
      }),
    ],
    ['503 for the closing PUT', first(1, isCommit, answer(503))],
    ['a blob that is damaged on the way once', first(1, isCommit, answer(400, {}, registryError('DIGEST_INVALID')))],
    ['503 for a HEAD', first(2, isBlobHead, answer(503))],
    ['a HEAD without an answer', first(2, isBlobHead, () => 'loseAnswer')],
    ['a registry without HEAD', first(1000, isBlobHead, answer(405))],
    ['the lost answer of the manifest PUT', first(1, isManifestPut, () => 'loseAnswer')],
    ['503 for the manifest PUT', first(2, isManifestPut, answer(503))],
    [
      'a ping that breaks off',
      first(
        1,
        ({ path }) => path === '/v2/',
        () => 'cutAnswer',
      ),
    ],
  ])('ends in a correct image: %s', async (name, counted) => {
    const repository = `passing/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const { ended, tags, whole } = await push(repository, counted);
    expect({ ended, tags, whole, met: counted.hits() > 0 }).toEqual({
      ended: 'done',
      tags: ['1'],
      whole: true,
      met: true,
    });
  });

  it.each<[string, () => string, readonly [number, number]]>([
    ['seconds', () => '7', [7000, 7000]],
    ['a date', () => new Date(Date.now() + 120_000).toUTCString(), [60_000, 120_000]],
    ['a figure with a unit', () => '1m', [60_000, 60_000]],
    ['a figure as GHCR writes it', () => '880.092µs, allowed: 44000/minute', [0, 0]],
  ])('waits as long as the registry asks: %s', async (name, header, [least, most]) => {
    // Without a word of the registry the first wait would be 900 ms.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const counted = first(1, isPiece, (_seen, incoming, outgoing) => {
      // After the body, so that the connection stays; as raw bytes, as a server writes a header that takes any.
      incoming.on('end', () => {
        outgoing.writeHead(429, { 'retry-after': Buffer.from(header(), 'utf8').toString('latin1') });
        outgoing.end(registryError('TOOMANYREQUESTS'));
      });
      return 'answered';
    });
    const { ended, whole, waited } = await push(`passing/wait-${name.replaceAll(' ', '-').toLowerCase()}`, counted);
    random.mockRestore();
    // Once a second a job looks for requests of other processes.
    const asked = waited.filter((ms) => ms !== 1000);
    expect({ ended, whole, asked: asked.every((ms) => ms >= least && ms <= most), times: asked.length }).toEqual({
      ended: 'done',
      whole: true,
      asked: true,
      times: most === 0 ? 0 : 1,
    });
  });
});
