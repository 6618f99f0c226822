import { describe, expect, it } from 'vitest';
import { CHUNK_SIZE, chunkSizeOf, enginePaths, unpackedPath } from './engine-paths.ts';

describe('built files', () => {
  it('names the unpacked twin of files in an archive', () => {
    expect([
      unpackedPath('/opt/Tartan/resources/app.asar/dist/node/a.cjs'),
      unpackedPath('/opt/Tartan/resources/app.asar.unpacked/dist/node/a.cjs'),
      unpackedPath('/src/dist/node/a.cjs'),
      enginePaths('/r/app.asar/dist/node', {}).lockHelper,
    ]).toEqual([
      '/opt/Tartan/resources/app.asar.unpacked/dist/node/a.cjs',
      '/opt/Tartan/resources/app.asar.unpacked/dist/node/a.cjs',
      '/src/dist/node/a.cjs',
      '/r/app.asar.unpacked/dist/node/lock-helper.cjs',
    ]);
  });

  it('are joined by a chunk length of 512 MiB, unless a trial names a sound one', () => {
    const lengths = ['1048576', '65537', '0', '-65536', 'x', undefined].map((text) =>
      chunkSizeOf({ TARTAN_CHUNK_SIZE: text }),
    );
    expect(lengths).toEqual([1_048_576, CHUNK_SIZE, CHUNK_SIZE, CHUNK_SIZE, CHUNK_SIZE, CHUNK_SIZE]);
  });
});
