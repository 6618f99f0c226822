import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdFileLock } from '../../../test/fixtures/file-lock.ts';
import { JobFiles, type JobJournal } from './job-files.ts';

const ID = '7b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const JOURNAL: JobJournal = {
  version: 1,
  id: ID,
  createdMs: 5,
  vmName: 'builder',
  kind: 'push',
  request: {
    vmId: 'vm:builder',
    references: ['localhost:5000/a/b:1'],
    insecure: false,
    concurrency: null,
    pieceSize: null,
    labels: { team: 'ünï/côdé' },
    verify: false,
    force: false,
    expectedTags: { 'localhost:5000/a/b:1': null },
  },
  sent: 123,
};

let home: string;
let files: JobFiles;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'job-files-'));
  files = new JobFiles(home);
});
afterEach(async () => {
  files.unlock(ID);
  await rm(home, { recursive: true, force: true });
});

describe('what a job notes of the blobs that it sends', () => {
  it('is read by the next process, without the line that was cut, and goes with the job', async () => {
    const note = { registry: 'localhost:5000', repository: 'a/b', digest: 'sha256:1', read: 20, encoded: 10 };
    const about = { ...note, arrived: null };
    const arrived = { index: 3, kind: 'disk', rawSize: 20, size: 9, origin: 'encoded' } as const;
    const none = await files.sentBy(ID);
    await files.write(JOURNAL);
    const before = files.notedMs(ID);
    await files.noteSent(ID, about);
    await files.noteSent(ID, { ...note, arrived });
    // As an earlier version wrote it.
    await appendFile(join(home, 'jobs', `${ID}.sent`), `${JSON.stringify({ ...note, digest: 'sha256:2' })}\n`);
    await appendFile(join(home, 'jobs', `${ID}.sent`), '{"registry":"local');
    const read = await new JobFiles(home).sentBy(ID);
    const noted = (files.notedMs(ID) ?? 0) > 0;
    await files.remove(ID);

    expect({ none, before, noted, read, left: await readdir(join(home, 'jobs')) }).toEqual({
      none: [],
      before: null,
      noted: true,
      read: [about, { ...note, arrived }, { ...about, digest: 'sha256:2' }],
      left: [],
    });
  });
});

describe('what a process leaves that is killed before it wrote the journal of a job', () => {
  it('goes at the next start; what somebody runs, or can go on with, stays', async () => {
    const folder = join(home, 'jobs');
    const [left, running, other] = ['1', '2', '3'].map((digit) => ID.replace('7', digit));
    await files.write(JOURNAL);
    await files.lock(running ?? '');
    for (const name of [
      `${left ?? ''}.lock`,
      `${left ?? ''}.json.new`,
      `${other ?? ''}.lock`,
      'of-somebody-else.lock',
    ]) {
      await writeFile(join(folder, name), '');
    }
    const held = await holdFileLock(join(folder, `${other ?? ''}.lock`), { kind: 'flock' });
    await new JobFiles(home).clear();
    const names = (await readdir(folder)).sort();
    await held.stop();
    files.unlock(running ?? '');

    expect(names).toEqual(
      [`${running ?? ''}.lock`, `${other ?? ''}.lock`, `${ID}.json`, 'of-somebody-else.lock'].sort(),
    );
  });
});

describe('the journal of a job', () => {
  it('is read back as it was written, by another process too, and goes with the job', async () => {
    await files.write(JOURNAL);
    const read = await new JobFiles(home).list();
    await files.write({ ...JOURNAL, sent: 456 });
    const later = await files.list();
    await files.lock(ID);
    await files.remove(ID);

    expect({ read, later: later.map(({ sent }) => sent), left: await readdir(join(home, 'jobs')) }).toEqual({
      read: [JOURNAL],
      later: [456],
      left: [],
    });
  });

  it('is passed over when it is cut, of another version, or not ours, and spoils no other', async () => {
    await files.write(JOURNAL);
    const folder = join(home, 'jobs');
    await writeFile(join(folder, 'cut.json'), JSON.stringify(JOURNAL).slice(0, 100));
    await writeFile(join(folder, 'later.json'), JSON.stringify({ ...JOURNAL, version: 2 }));
    await writeFile(join(folder, `${ID}.json.new`), '{');
    await mkdir(join(folder, 'folder.json'));

    expect(await files.list()).toEqual([JOURNAL]);
  });

  it('is none where no job was ever started', async () => {
    expect(await files.list()).toEqual([]);
  });

  it.each(['../../settings', '/etc/passwd', '..', 'a/b', ''])('never leads out of its folder: %j', async (id) => {
    await mkdir(join(home, 'jobs'), { recursive: true });
    await writeFile(join(home, 'settings.json'), '{}');

    await expect(files.lock(id)).rejects.toMatchObject({ code: 'job.notFound', params: { id } });
    await expect(files.remove(id)).rejects.toMatchObject({ code: 'job.notFound' });
    expect({ settings: existsSync(join(home, 'settings.json')), made: await readdir(home) }).toEqual({
      settings: true,
      made: ['jobs', 'settings.json'],
    });
  });
});

describe('the lock of a job', () => {
  it('keeps another process out, and is free when that process is gone', async () => {
    await files.write(JOURNAL);
    await writeFile(join(home, 'jobs', `${ID}.lock`), '');
    const other = await holdFileLock(join(home, 'jobs', `${ID}.lock`), { kind: 'flock' });
    const during = { taken: await files.lock(ID), holds: files.holds(ID), free: await files.isFree(ID) };
    await other.stop();

    expect({ during, free: await files.isFree(ID), taken: await files.lock(ID), holds: files.holds(ID) }).toEqual({
      during: { taken: false, holds: false, free: false },
      free: true,
      taken: true,
      holds: true,
    });
  });

  it('is not lost by a look at whether it is free', async () => {
    await files.lock(ID);
    const free = await files.isFree(ID);

    expect({ free, holds: files.holds(ID) }).toEqual({ free: false, holds: true });
    await expect(holdFileLock(join(home, 'jobs', `${ID}.lock`), { kind: 'flock' })).rejects.toThrow(
      'the lock was not taken',
    );
  });
});
