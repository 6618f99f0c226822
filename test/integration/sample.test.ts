import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SERVE_PORT } from '../../electron/engine/store/store-service.ts';
import { SAMPLE_REPOSITORY, SAMPLE_VM_ID, type SampleState } from '../../shared/models/sample.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const CHUNK_SIZE = 512 * 1024 * 1024;

/** Every path below a folder, with what small files say. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    found[path] = entry.isFile() ? (await readFile(path)).toString('base64').slice(0, 4000) : '';
  }
  return found;
}

describe('trying with a sample VM', () => {
  let home: TartHome;
  let stateHome: string;
  let engine: TestEngine;

  const open = (chunkSize = CHUNK_SIZE): Promise<TestEngine> =>
    openTestEngine({ tartHome: home.root, stateHome, chunkSize });
  beforeEach(async () => {
    home = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    engine = await open();
  });
  afterEach(async () => {
    await engine.close();
    await Promise.all([home.remove(), rm(stateHome, { recursive: true, force: true })]);
  });

  const state = (): Promise<SampleState> => engine.handlers['sample.state'](null, never);
  const make = (): Promise<SampleState> => engine.handlers['sample.make'](null, never);
  const change = (): Promise<SampleState> => engine.handlers['sample.change'](null, never);
  const remove = (): Promise<SampleState> => engine.handlers['sample.remove'](null, never);
  const referenceOf = ({ address }: SampleState, tag: string): string =>
    `${String(address)}/${SAMPLE_REPOSITORY}:${tag}`;

  it('goes from nothing to what was saved, over a restart, and back to nothing, beside a VM of the same name', async () => {
    await makeTartVm(home, { name: 'sample' });
    const own = await contents(home.root);
    expect(await state()).toMatchObject({ stage: 'none', changedMs: null, address: null });

    const made = await make();
    expect(made).toMatchObject({
      stage: 'made',
      changedMs: null,
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    const { vms } = await engine.handlers['vms.list'](null, never);
    expect(vms.map(({ id, name, defect }) => [id, name, defect])).toEqual([
      ['vm:sample', 'sample', null],
      [SAMPLE_VM_ID, 'sample', null],
    ]);
    const first = await engine.push({ vmId: SAMPLE_VM_ID, references: [referenceOf(made, 'v1')] });
    expect(first.document.bytes.present).toBe(0);
    const changed = await change();
    expect(changed.changedMs).not.toBeNull();

    await engine.close();
    engine = await open();
    expect(await state()).toEqual({ ...changed, written: 0, address: null });
    const again = await make();
    const plan = await engine.plan({ vmId: SAMPLE_VM_ID, references: [referenceOf(again, 'v2')] });
    const verdicts = plan.targets[0]?.layers.map(({ verdict }) => verdict) ?? [];
    const count = (wanted: string): number => verdicts.filter((verdict) => verdict === wanted).length;
    expect([count('present'), count('duplicate'), count('upload')]).toEqual([8, 9, 1]);
    const second = await engine.push({ vmId: SAMPLE_VM_ID, references: [referenceOf(again, 'v2')] });
    const { raw, read, encoded, uploaded, present } = second.document.bytes;
    expect({ encoded, notRead: raw - read > 8e9, mostIsThere: present > 5 * uploaded }).toEqual({
      encoded: CHUNK_SIZE,
      notRead: true,
      mostIsThere: true,
    });

    expect(await remove()).toMatchObject({ stage: 'none', changedMs: null, address: null });
    const left = await engine.handlers['store.list'](null, never);
    expect({
      images: left.images,
      usedBytes: left.usedBytes,
      jobs: await engine.handlers['jobs.list'](null, never),
      holders: (await engine.handlers['registries.list'](null, never)).flatMap((registry) => registry.repositories),
      vms: (await engine.handlers['vms.list'](null, never)).vms.map(({ id }) => id),
      folder: (await readdir(stateHome)).includes('sample'),
      repositories: await readdir(join(left.folder, '.tartan', 'repositories')),
    }).toEqual({
      images: [],
      usedBytes: 0,
      jobs: [],
      holders: [],
      vms: ['vm:sample'],
      folder: false,
      repositories: [],
    });
    expect(await contents(home.root)).toEqual(own);
  });

  it('leaves what the person has in the store, and a registry that was on before', async () => {
    await engine.close();
    engine = await open(1024 * 1024);
    const vm = await makeTartVm(home, { name: 'builder' });
    const { address } = await engine.handlers['serve.start']({ port: 0, token: null, readOnly: false }, never).then(
      (serve) => (serve.on ? serve : { address: '' }),
    );
    await engine.push({ vmId: `vm:${vm.name}`, references: [`${address}/acme/builder:1`] });
    const before = await engine.handlers['store.list'](null, never);

    expect((await make()).address).toBe(address);
    // The same layers under the sample's name: they stay, because the other image needs them.
    await engine.handlers['store.tag']({ from: 'acme/builder:1', to: `${SAMPLE_REPOSITORY}:v1` }, never);
    await remove();

    expect(await engine.handlers['store.list'](null, never)).toEqual(before);
    expect(await engine.handlers['serve.state'](null, never)).toMatchObject({ on: true, address });
  });

  it('leaves a registry on that the person switched on since', async () => {
    await make();
    await engine.handlers['serve.stop'](null, never);
    await engine.handlers['serve.start']({ port: 0, token: null, readOnly: false }, never);
    await remove();

    expect(await engine.handlers['serve.state'](null, never)).toMatchObject({ on: true });
  });

  it('leaves nothing behind when it is stopped while the VM is made, and can be made again', async () => {
    const ended = new AbortController();
    const seen: string[] = [];
    engine.on('sample.changed', ({ stage }) => {
      seen.push(stage);
      if (stage === 'making') ended.abort();
    });
    await expect(engine.handlers['sample.make'](null, ended.signal)).rejects.toThrow();

    expect([seen[0], seen.at(-1), (await state()).address]).toEqual(['making', 'none', null]);
    expect((await make()).stage).toBe('made');
  });

  it('listens at another port where the usual one is in use', async () => {
    const other = createServer();
    // Somebody else may have it already: then that one is in the way.
    await new Promise<void>((resolve) => {
      other.once('error', () => resolve());
      other.listen(SERVE_PORT, '127.0.0.1', resolve);
    });
    try {
      const { address } = await make();
      expect([address === null, address === `127.0.0.1:${SERVE_PORT}`]).toEqual([false, false]);
    } finally {
      other.close();
    }
  });

  it('says that a disk under a push is not changed, and cancels the push when everything is to go', async () => {
    const made = await make();
    const id = await engine.start({ vmId: SAMPLE_VM_ID, references: [referenceOf(made, 'v1')] });
    await expect(change()).rejects.toMatchObject({ code: 'vm.busy' });
    await remove();

    await expect(engine.handlers['jobs.get']({ id }, never)).rejects.toMatchObject({ code: 'job.notFound' });
    expect((await state()).stage).toBe('none');
  });

  it('has nothing to change before it is made', async () => {
    await expect(change()).rejects.toMatchObject({ code: 'vm.notFound', params: { name: 'sample' } });
  });
});
