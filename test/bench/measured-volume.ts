import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LoopVolume, makeLoopVolume, type VolumeKind } from '../fixtures/loop-volume.ts';

/**
 * A volume of a bench, which goes with the process also where that is interrupted: files on it may be open then, so that it
 * is taken out of sight at once and its memory is free when the process ends.
 *
 * @param bytes of the volume; its file is sparse
 */
export function makeMeasuredVolume(kind: VolumeKind, bytes: number): Pick<LoopVolume, 'path' | 'remove'> {
  const volume = makeLoopVolume(kind, undefined, bytes);
  const abandon = (): void => {
    spawnSync('umount', ['--lazy', volume.path]);
    rmSync(dirname(volume.path), { recursive: true, force: true });
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, abandon);
  return {
    path: volume.path,
    remove: () => {
      for (const signal of signals) process.off(signal, abandon);
      volume.remove();
    },
  };
}
