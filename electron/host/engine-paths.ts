import { join } from 'node:path';
import type { EnginePaths } from '../engine/ports.ts';
import { type Environment, hostFacts } from './host-facts.ts';
import { stateHomeOf, tartHomeOf } from './state-paths.ts';

/** Raw bytes of one chunk, as Tart cuts its disks. */
export const CHUNK_SIZE = 512 * 1024 * 1024;

/** The chunk length: 512 MiB, or for trials what `TARTAN_CHUNK_SIZE` says (bytes, a multiple of the codec's block of 64 KiB). */
export function chunkSizeOf(environment: Environment): number {
  const value = Number(environment['TARTAN_CHUNK_SIZE']);
  return Number.isSafeInteger(value) && value >= 65_536 && value % 65_536 === 0 ? value : CHUNK_SIZE;
}

/** A file inside an asar archive as the path that other processes and native code can open. */
export function unpackedPath(file: string): string {
  return file.replace(/([\\/][^\\/]+\.asar)([\\/])/, (_whole, archive: string, separator: string) =>
    archive.endsWith('.unpacked') ? `${archive}${separator}` : `${archive}.unpacked${separator}`,
  );
}

/** Paths for an engine whose built files (`codec-worker.cjs` and the like) lie in `builtFolder`. */
export function enginePaths(builtFolder: string, environment: Environment): EnginePaths {
  const facts = hostFacts(environment);
  const built = (file: string): string => unpackedPath(join(builtFolder, file));
  return {
    tartHome: tartHomeOf(facts),
    stateHome: stateHomeOf(facts),
    codecWorker: built('codec-worker.cjs'),
    stateWorker: built('state-worker.cjs'),
    blobWorker: built('blob-worker.cjs'),
    lockHelper: built('lock-helper.cjs'),
    codecWasm: built('codec.wasm'),
  };
}
