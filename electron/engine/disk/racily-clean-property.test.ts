import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileCalls } from '../../../test/fixtures/file-calls.ts';
import { makeLoopVolume, VOLUME_KINDS, type VolumeKind } from '../../../test/fixtures/loop-volume.ts';
import { systemClock } from '../../host/system-clock.ts';
import { sameIdentity, settledIdentity } from './disk-identity.ts';

const SIZE = 64 * 1024;
const never = new AbortController().signal;
const step = fc.record({
  how: fc.constantFrom<'map' | 'write' | 'write and set the time back'>(
    'map',
    'map',
    'write',
    'write and set the time back',
  ),
  offset: fc.nat({ max: SIZE - 1 }),
  byte: fc.integer({ min: 1, max: 255 }),
});
const steps = (maxLength: number) => fc.array(step, { maxLength });

/** A folder on a file system of its own, or just one in the temporary folder. */
function makePlace(kind: VolumeKind | 'the system’s volume'): { readonly path: string; remove(): void } {
  if (kind !== 'the system’s volume') return makeLoopVolume(kind);
  const path = mkdtempSync(join(tmpdir(), 'racily-clean-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

describe.runIf(process.platform === 'linux').each(['the system’s volume' as const, ...VOLUME_KINDS])(
  'digests that are remembered of a disk on %s',
  (kind) => {
    let place: ReturnType<typeof makePlace>;
    beforeAll(() => {
      place = makePlace(kind);
    });
    afterAll(() => place.remove());

    it('are never those of another state, whatever is written, through a mapping too, before, while and after it is read', async () => {
      const path = join(place.path, 'disk.img');
      const calls = openFileCalls();
      const digest = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
      let remembered = 0;
      await fc.assert(
        fc.asyncProperty(steps(3), steps(2), steps(3), async (before, meanwhile, after) => {
          writeFileSync(path, Buffer.alloc(SIZE));
          const memory = calls.map(path, SIZE);
          const act = ({ how, offset, byte }: (typeof before)[number]): void => {
            if (how === 'map') memory.write(offset, byte);
            else {
              const { atime, mtime } = statSync(path);
              const file = openSync(path, 'r+');
              writeSync(file, Buffer.of(byte), 0, 1, offset);
              closeSync(file);
              if (how !== 'write') utimesSync(path, atime, mtime);
            }
          };
          try {
            for (const one of before) act(one);
            const settled = await settledIdentity(path, systemClock, never);
            const read = digest();
            for (const one of meanwhile) act(one);
            const again = await settledIdentity(path, systemClock, never);
            const trusted = sameIdentity(settled, again);
            const held = digest();
            for (const one of after) act(one);
            const later = await settledIdentity(path, systemClock, never);
            const found = trusted && sameIdentity(again, later);
            if (found) remembered += 1;
            expect({
              asRead: !trusted || held === read,
              asRemembered: !found || digest() === read,
              quietIsTrusted: meanwhile.length > 0 || trusted,
              quietIsFound: meanwhile.length + after.length > 0 || found,
            }).toEqual({ asRead: true, asRemembered: true, quietIsTrusted: true, quietIsFound: true });
          } finally {
            memory.close();
          }
        }),
        { seed: 20_261_112, numRuns: 12, examples: [[[], [], []]] },
      );

      expect(remembered).toBeGreaterThan(0);
    });
  },
);
