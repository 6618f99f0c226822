import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileRange } from './codec-protocol.ts';
import { WindowReader } from './window-reader.ts';

const CONTENT = Buffer.from(Array.from({ length: 5000 }, (_, at) => 1 + (at % 251)));
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'window-'));
  file = join(folder, 'disk.img');
  await writeFile(file, CONTENT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function readAll(
  range: FileRange,
  runs: readonly FileRange[] | null,
  windowSize: number,
): { bytes: Buffer; read: number } {
  const reader = new WindowReader(file, range, runs);
  // What an earlier window left must not shine through a hole.
  const window = Buffer.alloc(windowSize, 0xff);
  const parts: Buffer[] = [];
  for (let length = reader.next(window); length > 0; length = reader.next(window)) {
    parts.push(Buffer.from(window.subarray(0, length)));
  }
  reader.close();
  return { bytes: Buffer.concat(parts), read: reader.bytesRead };
}

describe('a range that is read window by window', () => {
  it('is the bytes of its data runs, and zeros between them, whatever the cuts', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 400 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 700 }),
        sizes,
        (offset, length, windowSize, gaps) => {
          const runs: FileRange[] = [];
          let at = offset;
          for (const [gap, size] of gaps) {
            const run = { offset: at + gap, length: Math.min(size, offset + length - at - gap) };
            if (run.length <= 0) break;
            runs.push(run);
            at = run.offset + run.length;
          }
          const expected = Buffer.alloc(length);
          for (const run of runs) CONTENT.copy(expected, run.offset - offset, run.offset, run.offset + run.length);
          const { bytes, read } = readAll({ offset, length }, runs, windowSize);
          expect(bytes.equals(expected)).toBe(true);
          expect(read).toBe(runs.reduce((sum, run) => sum + run.length, 0));
        },
      ),
    );
  });

  it('is read whole where nobody knows of holes', () => {
    const { bytes, read } = readAll({ offset: 100, length: 1500 }, null, 700);
    expect({ same: bytes.equals(CONTENT.subarray(100, 1600)), read }).toEqual({ same: true, read: 1500 });
  });

  it('opens no file for a hole', () => {
    const reader = new WindowReader(join(folder, 'missing'), { offset: 0, length: 10 }, []);
    const window = Buffer.alloc(20, 1);
    expect({ length: reader.next(window), head: window.readUInt16LE(0), read: reader.bytesRead }).toEqual({
      length: 10,
      head: 0,
      read: 0,
    });
    reader.close();
  });

  it.each([
    ['a file that ends early', () => readAll({ offset: 4000, length: 2000 }, null, 512), 'vm.diskChanged'],
    ['a file that is gone', () => new WindowReader(join(folder, 'missing'), { offset: 0, length: 1 }, null), 'vm.gone'],
    [
      'a folder',
      () => {
        const reader = new WindowReader(folder, { offset: 0, length: 1 }, null);
        try {
          reader.next(Buffer.alloc(1));
        } finally {
          reader.close();
        }
      },
      'file.unreadable',
    ],
  ])('says so: %s', (_name, work, code) => {
    expect(work).toThrow(expect.objectContaining({ code }));
  });
});
