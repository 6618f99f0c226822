import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filesFrom } from './scripts/required-files.mjs';
import { STARTED_BY_FILE } from './vite/node.config.mjs';

const root = join(import.meta.dirname, '..');

const MAIN = 'main.cjs';

/** Of the native packages what runs: no sources, no binaries of other systems, no musl (Electron needs glibc). */
const NATIVE_PACKAGES = [
  '!node_modules/**',
  'node_modules/koffi/{package.json,index.cjs,LICENSE.txt}',
  'node_modules/koffi/src/koffi/index.cjs',
  'node_modules/@koromix/koffi-${platform}-${arch}/**',
  '!node_modules/@koromix/*/musl_*',
  'node_modules/@photostructure/sqlite/{package.json,LICENSE}',
  'node_modules/@photostructure/sqlite/dist/index.cjs',
  'node_modules/@photostructure/sqlite/prebuilds/${platform}-${arch}/*.node',
  '!node_modules/@photostructure/sqlite/prebuilds/*/*.musl.node',
  'node_modules/node-gyp-build/{package.json,LICENSE,index.js,node-gyp-build.js}',
];

/**
 * The fuses, burnt into the program. The end-to-end flavour differs by the inspect fuse alone: a driver attaches by it.
 *
 * @param {Flavour} flavour
 * @returns {NonNullable<import('electron-builder').Configuration['electronFuses']>}
 */
function fuses(flavour) {
  return {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: flavour === 'e2e',
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  };
}

/** @typedef {'release' | 'e2e'} Flavour */

/**
 * electron-builder's configuration.
 *
 * @param {{ runtime: { dist: string, version: string }, flavour: Flavour, output: string }} choice `output` is the folder
 *   that the packages go to
 * @returns {Promise<import('electron-builder').Configuration>}
 */
export async function builderConfig({ runtime, flavour, output }) {
  const built = join(root, 'dist', 'node');
  // Another process, a worker or native code opens these: they must be files outside of the archive.
  const unpacked = [
    ...(await filesFrom(
      built,
      STARTED_BY_FILE.map((name) => `${name}.cjs`),
    )),
    'codec.wasm',
  ];
  const packed = new Set([...(await filesFrom(built, [MAIN])), ...unpacked]);
  // Without a certificate the app is signed ad hoc, and then the hardened runtime would refuse its own libraries.
  const signed = process.env['CSC_LINK'] !== undefined || process.env['CSC_NAME'] !== undefined;
  const icons = join(root, 'dist', 'icons');
  return {
    appId: 'app.tartan.desktop',
    productName: 'Tartan',
    copyright: 'Apache-2.0',
    artifactName: 'Tartan-${version}-${os}-${arch}.${ext}',
    directories: { output, buildResources: 'build' },
    electronDist: runtime.dist,
    electronVersion: runtime.version,
    electronLanguages: ['en', 'en-US', 'zh_CN', 'zh-CN'],
    electronFuses: fuses(flavour),
    // What the native packages bring is built already.
    npmRebuild: false,
    publish: null,
    asar: true,
    asarUnpack: ['node_modules/**', ...unpacked.map((name) => `dist/node/${name}`)],
    files: [
      ...[...packed].map((name) => `dist/node/${name}`),
      'dist/preload/preload.cjs',
      'dist/renderer/**',
      'LICENSE',
      '!**/*.map',
      ...NATIVE_PACKAGES,
    ],
    // A runtime's own default app is of no use in a packed one.
    afterPack: ({ packager, appOutDir }) =>
      rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
    // No site and no mailbox stand behind the project; Debian's packages need both fields.
    extraMetadata: { homepage: 'https://tartan.invalid', author: { name: 'Tartan', email: 'tartan@tartan.invalid' } },
    mac: {
      target: ['dmg', 'zip'],
      category: 'public.app-category.developer-tools',
      icon: join(icons, 'icon.icns'),
      hardenedRuntime: signed,
      gatekeeperAssess: false,
      entitlements: join(root, 'build', 'entitlements.mac.plist'),
      entitlementsInherit: join(root, 'build', 'entitlements.mac.plist'),
    },
    linux: {
      target: ['deb', 'AppImage'],
      category: 'Development',
      icon: join(icons, 'linux'),
      // `tartan` is the command line.
      executableName: 'tartan-desktop',
      synopsis: 'Push Tart VMs to OCI registries',
    },
    win: { target: ['nsis'], icon: join(icons, 'icon.ico') },
    nsis: { oneClick: true, perMachine: false },
  };
}
