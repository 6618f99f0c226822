import './node-version.mjs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installDependencies, root } from './set-up.mjs';
import { runScript, step } from './step.mjs';

/** @typedef {import('../electron-builder.config.mjs').Flavour} Flavour */
/** @typedef {'dir' | 'all'} Targets the unpacked app alone, or what this system installs from too */

/** Folders that electron-builder makes for the unpacked app, and the program in them. */
const UNPACKED = {
  linux: { x64: 'linux-unpacked', arm64: 'linux-arm64-unpacked', program: 'tartan-desktop' },
  darwin: { x64: 'mac', arm64: 'mac-arm64', program: join('Tartan.app', 'Contents', 'MacOS', 'Tartan') },
  win32: { x64: 'win-unpacked', arm64: 'win-arm64-unpacked', program: 'Tartan.exe' },
};
/** What Node and electron-builder say when a tool cannot be downloaded. */
const NOT_REACHED =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|timed? ?out|HTTPError|fetch failed/i;

/**
 * Where the unpacked app of a flavour lies.
 *
 * @param {Flavour} flavour
 * @returns {{ folder: string, executable: string }}
 */
export function packedApp(flavour) {
  const names = UNPACKED[/** @type {keyof typeof UNPACKED} */ (process.platform)];
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const folder = join(outputOf(flavour), names[arch]);
  return { folder, executable: join(folder, names.program) };
}

/** @param {Flavour} flavour */
function outputOf(flavour) {
  return flavour === 'release' ? join(root, 'release') : join(root, 'release', flavour);
}

/**
 * Runs electron-builder; its own words are shown only when it fails.
 *
 * @param {import('electron-builder').Configuration} config
 * @param {Targets} targets
 * @returns {Promise<readonly string[]>} the files made
 */
async function runBuilder(config, targets) {
  const { Arch, build, Platform } = await import('electron-builder');
  const arch = process.arch === 'arm64' ? Arch.arm64 : Arch.x64;
  /** @type {{ log: { stream: { write(text: string): unknown } } }} */
  const { log } = createRequire(createRequire(import.meta.url).resolve('electron-builder'))('builder-util');
  const { stream } = log;
  let said = '';
  log.stream = {
    write: (text) => {
      said += text;
    },
  };
  try {
    return await build({
      projectDir: root,
      config,
      targets: Platform.current().createTarget(targets === 'dir' ? 'dir' : null, arch),
      publish: 'never',
    });
  } catch (error) {
    process.stderr.write(`\n${said}`);
    throw error;
  } finally {
    log.stream = stream;
  }
}

/**
 * Packs the built app of this system. Where the tools for its installers cannot be downloaded, the unpacked app is made.
 *
 * @param {{ flavour: Flavour, targets: Targets }} choice
 * @returns {Promise<readonly string[]>} what was made: files to install from, or the folder of the unpacked app
 */
export async function pack({ flavour, targets }) {
  const { buildPart } = await import('./built-parts.mjs');
  const { buildAll } = await import('./build.mjs');
  const { electronRuntime } = await import('./electron-runtime.mjs');
  const { builderConfig } = await import('../electron-builder.config.mjs');
  const { writeIcons } = await import('../icons/icon-files.mjs');
  const runtime = await electronRuntime();
  await buildAll();
  await buildPart('icons', ['build/icons'], () =>
    step('Drawing the icons', () => {
      writeIcons(join(root, 'dist', 'icons'));
    }),
  );
  const config = await builderConfig({ runtime, flavour, output: outputOf(flavour) });
  const { folder } = packedApp(flavour);
  const unpacked = async () => {
    await step(`Packing the app (${flavour}, Electron ${runtime.version})`, () => runBuilder(config, 'dir'));
    return [folder];
  };
  if (targets === 'dir') return await unpacked();
  if (!runtime.pinned) {
    process.stderr.write(
      'Electron and the tools for installers cannot be downloaded here, so the app is not put into one.\n',
    );
    return await unpacked();
  }
  try {
    return await step(`Packing the app and its installers (Electron ${runtime.version})`, () =>
      runBuilder(config, 'all'),
    );
  } catch (error) {
    if (!NOT_REACHED.test(String(error))) throw error;
    process.stderr.write('The tools for installers cannot be downloaded here, so the app is not put into one.\n');
    return await unpacked();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    await installDependencies();
    const flavour = process.env['TARTAN_E2E'] === '1' ? 'e2e' : 'release';
    const made = await pack({ flavour, targets: flavour === 'e2e' ? 'dir' : 'all' });
    process.stdout.write(`${made.join('\n')}\n`);
  });
}
