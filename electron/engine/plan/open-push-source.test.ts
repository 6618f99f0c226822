import { renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../../../test/fixtures/ext4-disk.ts';
import { lockHolderOf } from '../../../test/fixtures/file-lock.ts';
import { type BuiltLockHelper, buildLockHelper } from '../../../test/fixtures/lock-helper.ts';
import { snapshotOptions } from '../../../test/fixtures/snapshot-options.ts';
import {
  forbidSnapshots,
  makeTartHome,
  makeTartVm,
  type TartHome,
  type TartVm,
} from '../../../test/fixtures/tart-vm.ts';
import { forkNodeHelper } from '../../host/fork-helper.ts';
import { systemClock } from '../../host/system-clock.ts';
import { SnapshotStore } from '../snapshots/snapshot-store.ts';
import { type OpeningParts, openPushSource, type VmToOpen } from './open-push-source.ts';
import type { PushSource } from './push-source.ts';

const NEVER = new AbortController().signal;
const NONE = '/none';

let helpers: BuiltLockHelper;
let home: TartHome;
let vm: TartVm;
beforeAll(async () => {
  helpers = await buildLockHelper();
});
afterAll(() => helpers.remove());
beforeEach(async () => {
  home = await makeTartHome();
  await forbidSnapshots(home);
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
});
afterEach(() => home.remove());

/** Opens the VM; `meanwhile` happens when its files were identified, and before anything else is asked of them. */
async function openIt(meanwhile: () => void): Promise<PushSource> {
  let happened = false;
  const homeOf = (): string => {
    if (!happened) meanwhile();
    happened = true;
    return home.root;
  };
  const parts: OpeningParts = {
    ports: {
      paths: {
        tartHome: home.root,
        stateHome: NONE,
        codecWorker: NONE,
        stateWorker: NONE,
        blobWorker: NONE,
        lockHelper: helpers.file,
        codecWasm: NONE,
      },
      clock: systemClock,
      forkHelper: forkNodeHelper,
    },
    snapshots: new SnapshotStore(snapshotOptions(home.root, { homeOf })),
  };
  const row: VmToOpen = { id: 'vm:builder', kind: 'vm', name: 'builder', folder: vm.folder, tags: [], digest: null };
  return await openPushSource(row, parts, NEVER);
}

describe('the holes of a disk, which are not read', () => {
  it('are those of the file that is pushed', async () => {
    const source = await openIt(() => undefined);
    const data = source.dataRanges?.reduce((sum, { length }) => sum + length, 0) ?? 0;
    await source.close();

    expect({ some: data > 0, holes: data < vm.diskSize }).toEqual({ some: true, holes: true });
  });

  it('are not taken from another file in its place: the push ends, and the VM is let go', async () => {
    const ended: unknown = await openIt(() => {
      writeFileSync(join(home.root, 'empty.img'), '');
      truncateSync(join(home.root, 'empty.img'), vm.diskSize);
      renameSync(join(home.root, 'empty.img'), vm.diskFile);
    }).catch((error: unknown) => error);

    expect({ ended, lockedBy: lockHolderOf(vm.configFile) }).toEqual({
      ended: expect.objectContaining({
        code: 'vm.diskChanged',
        params: { name: 'builder', path: vm.diskFile },
      }) as unknown,
      lockedBy: 0,
    });
  });
});
