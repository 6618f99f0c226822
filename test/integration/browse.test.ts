import { createHash } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../shared/models/registry.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { putBlob } from '../fixtures/foreign-image.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const OCI = 'application/vnd.oci.image';
const MANIFEST = `${OCI}.manifest.v1+json`;
const INDEX = `${OCI}.index.v1+json`;

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

let home: TartHome;
let registry: DockerRegistry;
let engine: TestEngine;

beforeAll(async () => {
  home = await makeTartHome();
  registry = await startDockerRegistry();
  engine = await openTestEngine({ tartHome: home.root });
});
afterAll(async () => {
  await engine.close();
  await registry.stop();
  await home.remove();
});

async function put(repository: string, reference: string, document: object, type = MANIFEST): Promise<Made> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...document }));
  const answer = await request(`${registry.origin}/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: bytes,
  });
  await answer.body.dump();
  if (answer.statusCode !== 201) throw new Error(`manifest: ${answer.statusCode}`);
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

interface Made {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Pushes an image whose layers hold these texts. */
async function image(
  repository: string,
  reference: string,
  layers: readonly string[],
  more: { readonly type?: string; readonly annotations?: Record<string, string> } = {},
): Promise<Made> {
  const { type = `${OCI}.layer.v1.tar`, ...members } = more;
  const config = {
    mediaType: `${OCI}.config.v1+json`,
    ...(await putBlob(registry.host, repository, Buffer.from('{}'))),
  };
  const named = await Promise.all(
    layers.map(async (text) => ({
      mediaType: type,
      ...(await putBlob(registry.host, repository, Buffer.from(text))),
    })),
  );
  return await put(repository, reference, { config, layers: named, ...members });
}

const read = (repository: string): Promise<Repository> =>
  engine.handlers['repositories.read']({ host: registry.host, repository }, never);

describe('a repository that is read', () => {
  it('has its tags by digest, with kind, size, age, and the bytes that only one digest needs', async () => {
    const repository = 'vms/mixed';
    const time = 'org.cirruslabs.tart.upload-time';
    const tart = await image(repository, 'vm', ['shared!', 'vm only'], {
      type: 'application/vnd.cirruslabs.tart.disk.v2',
      annotations: { [time]: '2026-11-20T10:00:00Z' },
    });
    await image(repository, 'vm-too', ['shared!', 'vm only'], {
      type: 'application/vnd.cirruslabs.tart.disk.v2',
      annotations: { [time]: '2026-11-20T10:00:00Z' },
    });
    const plain = await image(repository, 'plain', ['shared!', 'plain']);
    const child = await image(repository, 'child-for-a-while', ['arm64']);
    const index = await put(
      repository,
      'multi',
      { manifests: [{ ...child, platform: { os: 'linux', architecture: 'arm64' } }] },
      INDEX,
    );
    const found = await read(repository);
    const { groups } = found;
    const shown = groups.map(({ tags, digest, kind, size, onlyHere, uploadTime }) => [
      tags.join(' '),
      digest,
      kind,
      size,
      onlyHere,
      uploadTime,
    ]);
    expect(shown[0]).toEqual(['vm vm-too', tart.digest, 'tart', 16, 7, '2026-11-20T10:00:00Z']);
    expect(new Set(shown.slice(1))).toEqual(
      new Set([
        ['plain', plain.digest, 'image', 14, 5, null],
        // The index needs what its child needs.
        ['child-for-a-while', child.digest, 'image', 7, 0, null],
        ['multi', index.digest, 'index', 7, 0, null],
      ]),
    );
    const told = await engine.handlers['registries.list'](null, never);
    expect(told.find(({ host }) => host === registry.host)?.repositories).toEqual([found]);
  });
});
