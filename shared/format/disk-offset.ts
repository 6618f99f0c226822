import { formatBytes } from './bytes.ts';

/** Binary unit of offsets: GiB for Tart's 512 MiB chunks, MiB where the chunks are small. */
export interface OffsetUnit {
  readonly name: 'GiB' | 'MiB';
  readonly bytes: number;
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** The unit in which a disk of such chunks is measured. */
export function offsetUnit(chunkSize: number): OffsetUnit {
  return chunkSize >= GIB / 8 ? { name: 'GiB', bytes: GIB } : { name: 'MiB', bytes: MIB };
}

/** An offset at the edge of the weave: a bare figure without superfluous decimals. */
export function offsetFigure(offset: number, chunkSize: number): string {
  return String(Number((offset / offsetUnit(chunkSize).bytes).toFixed(1)));
}

/** `512 MiB`: how long a chunk is; in decimal units where it is no whole number of MiB. */
export function chunkLength(chunkSize: number): string {
  return chunkSize % MIB === 0 ? `${String(chunkSize / MIB)} MiB` : formatBytes(chunkSize);
}
