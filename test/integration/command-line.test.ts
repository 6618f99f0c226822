import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methods } from '../../shared/contract/methods.ts';
import { planSchema } from '../../shared/models/plan.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { makeTartHome, makeTartVm, runTartVm, suspendTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanPlace } from '../fixtures/tartan-process.ts';

const errorDocument = z.strictObject({
  error: z.strictObject({ code: z.string(), params: z.record(z.string(), z.unknown()), retry: z.string() }),
});

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
let place: TartanPlace;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'build machine ü', disk: SMALLEST_DISK });
  registry = await startDockerRegistry();
  place = { tartHome: home.root, stateHome: await mkdtemp(join(tmpdir(), 'tartan-state-')) };
});
afterAll(async () => {
  await registry.stop();
  await Promise.all([home.remove(), rm(place.stateHome, { recursive: true, force: true })]);
});

const run = (...args: string[]) => runTartan(args, place);

describe('the command line', () => {
  it('lists, plans, pushes, inspects, verifies and tells its jobs, each as one document', async () => {
    const reference = `${registry.host}/team/a.b_c__d-e:1.0-rc.1`;
    const list = await run('list', '--json');
    const plan = await run('plan', vm.name, reference, '--json');
    const before = await tagsOf(registry.origin, 'team/a.b_c__d-e');
    const push = await run(
      'push',
      vm.name,
      reference,
      '--label',
      'team=disk images',
      '--label',
      'empty=',
      '--verify',
      '--json',
    );
    const inspect = await run('inspect', reference, '--json');
    const verify = await run('verify', reference, '--deep', '--json');
    const jobs = await run('jobs', 'list', '--json');
    const results = [list, plan, push, inspect, verify, jobs];
    expect({ statuses: results.map(({ status }) => status), before }).toEqual({
      statuses: [0, 0, 0, 0, 0, 0],
      before: [],
    });
    const documents = results.map(({ stdout }): unknown => JSON.parse(stdout));
    const schemas = [
      methods['vms.list'].output,
      planSchema,
      planSchema,
      methods['images.inspect'].output,
      methods['images.verify'].output,
      methods['jobs.list'].output,
    ];
    expect(schemas.map((schema, at) => schema.safeParse(documents[at]).success)).toEqual(schemas.map(() => true));
    expect(methods['images.inspect'].output.parse(documents[3])).toMatchObject({
      tagsWithDigest: ['1.0-rc.1'],
      labels: { team: 'disk images', empty: '', 'org.cirruslabs.tart.disk.format': 'raw' },
      pullProblem: { old: null, new: null },
    });
    const [job] = methods['jobs.list'].output.parse(documents[5]);
    const log = await run('jobs', 'log', job?.id ?? '', '--json');
    expect(methods['jobs.get'].output.shape.job.parse(JSON.parse(log.stdout))).toMatchObject({
      state: 'done',
      error: null,
    });
    expect((await run('jobs', 'log', job?.id ?? '')).stdout).toContain(`${reference}  written`);
    expect(await isWhole(reference, vm)).toBe(true);
  });

  it('writes plain lines where nobody watches, and its words to stdout', async () => {
    const { status, stdout, stderr } = await run(
      'push',
      vm.name,
      `${registry.host}/team/plain:1`,
      '--concurrency',
      '2',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('team/plain:1  written');
    expect(stderr.trim().split('\n')[0]).toBe('Asking the registry');
    expect(`${stdout}${stderr}`.includes('\u001b')).toBe(false);
  });

  it('draws bars on a terminal, and leaves stdout to the document', async () => {
    const file = join(place.stateHome, 'document.json');
    const words = ['push', vm.name, `${registry.host}/team/bars:1`, '--json'].map((word) => `'${word}'`).join(' ');
    const command = `'${process.execPath}' '${join(process.cwd(), 'dist/node/tartan.cjs')}' ${words} > '${file}'`;
    const screen = await onATerminal(command);
    expect(screen).toContain('█');
    expect(screen).toContain('\u001b[');
    expect(screen).toMatch(/✔\S* Done/);
    expect(planSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).success).toBe(true);
  });

  it('marks on a terminal what failed as failed, and says why once', async () => {
    const command = `'${process.execPath}' '${join(process.cwd(), 'dist/node/tartan.cjs')}' push '${vm.name}' oci:/proc/no:1`;
    const screen = await onATerminal(`${command}; exit 0`);

    expect({
      marks: [...new Set(screen.match(/[✔✖](?=\S* \w)/gu))],
      told: screen.match(/cannot be written/g)?.length,
    }).toEqual({ marks: ['✖'], told: 1 });
    expect(screen).toMatch(/✖\S* Failed/);
  });

  it.each<[string, () => Promise<string[]>, number, string]>([
    [
      'an option that is none',
      () => Promise.resolve(['push', vm.name, `${registry.host}/a/b:1`, '--fast']),
      2,
      'input.invalid',
    ],
    [
      'a figure out of range',
      () => Promise.resolve(['push', vm.name, `${registry.host}/a/b:1`, '--concurrency', '99']),
      2,
      'input.invalid',
    ],
    ['no reference', () => Promise.resolve(['push', vm.name]), 2, 'input.invalid'],
    [
      'a reference that does not parse',
      () => Promise.resolve(['push', vm.name, 'Nowhere at all']),
      2,
      'reference.invalid',
    ],
    [
      'a reference that does not parse, and no such VM',
      () => Promise.resolve(['plan', 'nobody', `${registry.host}/UPPER/../x:1`]),
      2,
      'reference.invalid',
    ],
    ['a VM that is not there', () => Promise.resolve(['push', 'nobody', `${registry.host}/a/b:1`]), 3, 'vm.notFound'],
    [
      'an image that is not there',
      () => Promise.resolve(['inspect', `${registry.host}/a/nothing:1`]),
      3,
      'manifest.notFound',
    ],
    [
      'a job that is not there',
      () => Promise.resolve(['jobs', 'log', 'c0ffee00-0000-4000-8000-000000000000']),
      3,
      'job.notFound',
    ],
    [
      'a host that does not answer',
      // Nobody listens at port 1; a free one may be taken by another registry while it is tried.
      () => Promise.resolve(['push', vm.name, '127.0.0.1:1/a/b:1']),
      1,
      'registry.unreachable',
    ],
  ])('says what is wrong with status and code: %s', async (_name, args, status, code) => {
    const result = await run(...(await args()), '--json');
    expect({ status: result.status, code: errorDocument.parse(JSON.parse(result.stdout)).error.code }).toEqual({
      status,
      code,
    });
  });

  it('refuses a running VM, a stacked one and a broken config before a byte is sent', async () => {
    const running = await makeTartVm(home, { name: 'running', disk: SMALLEST_DISK });
    const broken = await makeTartVm(home, { name: 'broken', disk: SMALLEST_DISK });
    const stacked = await makeTartVm(home, { name: 'stacked', disk: SMALLEST_DISK });
    await writeFile(broken.configFile, '{"version": 1, "os": "linux", "cpuCount": "four"}');
    await writeFile(join(stacked.folder, 'manifest.json'), '{}');
    await writeFile(join(stacked.folder, 'overlay.asif'), 'overlay');
    await rm(stacked.diskFile);
    const tart = await runTartVm(running);
    const codes: unknown[] = [];
    for (const name of ['running', 'broken', 'stacked']) {
      const { status, stdout } = await run('push', name, `${registry.host}/refused/${name}:1`, '--json');
      codes.push([
        status,
        errorDocument.parse(JSON.parse(stdout)).error.code,
        await tagsOf(registry.origin, `refused/${name}`),
      ]);
    }
    await tart.stop();
    expect(codes).toEqual([
      [3, 'vm.running', []],
      [3, 'vm.configInvalid', []],
      [3, 'vm.stacked', []],
    ]);
  });

  it('lists a VM that cannot be pushed with the reason in words', async () => {
    const halved = await makeTartVm(home, { name: 'halved', disk: SMALLEST_DISK });
    await rm(halved.nvramFile);
    const { stdout, stderr } = await run('list');

    expect({
      row: stdout.split('\n').find((line) => line.includes('halved')),
      words: stderr.trim().split('\n'),
    }).toEqual({
      row: expect.stringMatching(/cannot be pushed$/),
      words: expect.arrayContaining([
        `${halved.folder} is not a whole VM. nvram.bin is missing. A VM needs config.json, disk.img and nvram.bin. (vm.incomplete)`,
      ]),
    });
    await rm(halved.folder, { recursive: true });
  });

  it('warns of a suspended VM and pushes its disk', async () => {
    const suspended = await makeTartVm(home, { name: 'asleep', disk: SMALLEST_DISK });
    await suspendTartVm(suspended);
    const { status, stderr } = await run('push', 'asleep', `${registry.host}/team/asleep:1`);
    expect({ status, warned: stderr.includes('asleep is suspended') }).toEqual({ status: 0, warned: true });
    expect(await isWhole(`${registry.host}/team/asleep:1`, suspended)).toBe(true);
  });

  it('says in one sentence that its state cannot be kept', async () => {
    const { status, stderr } = await runTartan(['list'], { ...place, stateHome: join(vm.configFile, 'state') });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('(state.unavailable)')]);
  });

  it('says in one sentence that its answer cannot be written, and nothing where nobody reads it to its end', async () => {
    const full = await inShell('"$0" "$1" list --json > /dev/full');
    const closed = await inShell('{ "$0" "$1" list --json; echo $? >&2; } | :');
    expect([full, closed]).toEqual([
      { status: 1, stderr: 'standard output cannot be written: the disk is full (ENOSPC). (file.unwritable)\n' },
      { status: 0, stderr: '0\n' },
    ]);
  });

  it('has the encoder optimised, not the reader of answers, which would cost more than it is worth', async () => {
    // 64 KiB a chunk: hundreds of answers.
    const traced = { ...place, chunkSize: 65_536, nodeOptions: ['--trace-wasm-compilation-times'] };
    const { stdout } = await runTartan(['push', vm.name, `${registry.host}/team/traced:1`], traced);
    const optimised = [...stdout.matchAll(/using TurboFan.* bodysize (\d+)/g)].map(([, bytes]) => Number(bytes));
    const stateMachine = 30_000;
    expect({ some: optimised.length > 0, large: optimised.filter((bytes) => bytes > stateMachine) }).toEqual({
      some: true,
      large: [],
    });
  });

  it('pushes the same image where libc cannot be called: another program locks the VM, and zeros are found by reading', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const broken = join(stateHome, 'broken-koffi.cjs');
    await writeFile(
      broken,
      `const Module = require('node:module');
       const load = Module._load;
       Module._load = (name, ...others) => {
         if (name !== 'koffi') return load(name, ...others);
         require('node:fs').appendFileSync(\`\${__filename}.asked\`, 'x');
         throw new Error('no binary for this system');
       };`,
    );
    const environment = { NODE_OPTIONS: `--require "${broken}"` };
    const usual = await run('push', vm.name, `${registry.host}/libc/with:1`, '--json');
    const without = await runTartan(['push', vm.name, `${registry.host}/libc/without:1`, '--json'], {
      ...place,
      stateHome,
      environment,
    });
    const [withLibc, withoutLibc] = [usual, without].map(({ stdout }) =>
      planSchema
        .parse(JSON.parse(stdout))
        .targets[0]?.layers.map(({ digest, origin }) => ({ digest, zero: origin === 'zero' })),
    );
    const asked = await readFile(`${broken}.asked`, 'utf8');
    const whole = await isWhole(`${registry.host}/libc/without:1`, vm);
    await rm(stateHome, { recursive: true, force: true });

    expect({ layers: withoutLibc, asked: asked.length > 0, whole }).toEqual({
      layers: withLibc,
      asked: true,
      whole: true,
    });
    expect(withLibc?.filter(({ zero }) => zero).length).toBeGreaterThan(0);
  });

  it('works twice at once on the same state', async () => {
    const references = ['first', 'second'].map((tag) => `${registry.host}/team/twice:${tag}`);
    const both = await Promise.all(references.map((reference) => run('push', vm.name, reference)));
    // The second finds the VM locked by the first: a build machine is told, and tries again.
    expect(both.map(({ status }) => status).filter((status) => status === 0).length).toBeGreaterThan(0);
    for (const { status, stderr } of both) if (status !== 0) expect(stderr).toContain('(vm.busy)');
  });

  it('helps', async () => {
    const [all, push] = [await run('--help'), await run('push', '--help')];
    expect([all.status, push.status]).toEqual([0, 0]);
    for (const word of ['list', 'plan', 'push', 'inspect', 'verify', 'jobs'])
      expect(all.stdout).toMatch(new RegExp(`^ {2}${word}\\b.*\\w`, 'm'));
    for (const option of ['--insecure', '--concurrency', '--chunk-size', '--label', '--verify', '--json'])
      expect(push.stdout).toContain(option);
  });
});

/** Runs a line of a shell in which `"$0" "$1"` is the command line; gives its status and what it said on stderr. */
async function inShell(line: string): Promise<{ status: number | null; stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: place.stateHome,
    TART_HOME: place.tartHome,
    TARTAN_HOME: place.stateHome,
  };
  const child = spawn('sh', ['-c', line, process.execPath, resolve('dist/node/tartan.cjs')], { env });
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString('utf8');
  });
  // The status is the first thing that `close` tells.
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

/** Runs a command on a terminal of its own (util-linux `script`); gives what the terminal showed. */
async function onATerminal(command: string): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: place.stateHome,
    TERM: 'xterm',
    TART_HOME: place.tartHome,
    TARTAN_HOME: place.stateHome,
    TARTAN_CHUNK_SIZE: '1048576',
  };
  // A terminal that nobody gave a size has none.
  const sized = `stty rows 40 cols 100; ${command}`;
  const { stdout } = await promisify(execFile)('script', ['-q', '-e', '-c', sized, '/dev/null'], { env });
  return stdout;
}
