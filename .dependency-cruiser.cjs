/** The rules of the house: who may import whom. */
const ROOMS = 'electron/engine/';

/** @param {string} name @param {string} from @param {string} to @param {object} [extra] */
const never = (name, from, to, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: from, ...extra },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    never('engine-imports-no-host', '^electron/engine/', '^(electron/(main|preload|cli|host)/|renderer/)', {
      pathNot: '\\.test',
    }),
    never(
      'only-main-and-preload-import-electron',
      '^(electron/(engine|cli|host)|renderer|shared)/',
      '^node_modules/electron/',
      {},
    ),
    never('renderer-imports-shared-only', '^renderer/', '^electron/'),
    never('shared-imports-nobody', '^shared/', '^(electron|renderer|test)/', { pathNot: '\\.test' }),
    {
      name: 'shared-has-no-node',
      severity: 'error',
      from: { path: '^shared/', pathNot: '\\.test' },
      to: { dependencyTypes: ['core'] },
    },
    ...['native', 'state', 'codec', 'oci'].map((room) => ({
      name: `${room}-is-a-leaf`,
      severity: 'error',
      from: { path: `^${ROOMS}${room}/`, pathNot: '\\.test' },
      to: { path: `^${ROOMS}`, pathNot: `^${ROOMS}(${room}/|(ports|make-folder|file-state)\\.ts)` },
    })),
    ...['disk', 'snapshots'].map((room) => ({
      name: `${room}-imports-native-only`,
      severity: 'error',
      from: { path: `^${ROOMS}${room}/`, pathNot: '\\.test' },
      to: { path: `^${ROOMS}`, pathNot: `^${ROOMS}(${room}/|native/|(ports|make-folder|file-state)\\.ts)` },
    })),
    never('what-hosts-share-imports-no-host', '^electron/host/', '^electron/(main|preload|cli)/'),
    never('hosts-do-not-import-each-other', '^electron/(main|preload)/', '^electron/cli/'),
    never('cli-imports-no-window', '^electron/cli/', '^electron/(main|preload)/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // AssemblyScript, with a tsconfig of its own: it imports nothing outside its folder.
    exclude: { path: 'electron/engine/codec/assembly' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'] },
  },
};
