import { AppError } from '../../../shared/errors/app-error.ts';

/** A contiguous range of the raw disk. Bytes. */
export interface Chunk {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Cuts a disk into chunks of `chunkSize` bytes, the last one shorter.
 *
 * @throws AppError `vm.incomplete` for an empty disk: an image has at least one disk layer
 */
export function chunksOf(size: number, chunkSize: number): Chunk[] {
  if (size <= 0) throw new AppError('vm.incomplete', { folder: '', file: 'disk.img', problem: 'empty' });
  return Array.from({ length: Math.ceil(size / chunkSize) }, (_, index) => ({
    index,
    offset: index * chunkSize,
    length: Math.min(chunkSize, size - index * chunkSize),
  }));
}
