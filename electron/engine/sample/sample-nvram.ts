/** Bytes of the NVRAM of a Linux VM, as Virtualization.framework makes it. */
const SIZE = 131_072;
/** Bytes of a block of the flash that it stands for. */
const BLOCK = 4096;
const VOLUME_HEADER = 72;
/** `gEfiSystemNvDataFvGuid`, then `gEfiAuthenticatedVariableGuid`; the first three parts are little-endian. */
const VOLUME_GUID = Buffer.from('8d2bf1ff96768b4ca9852747075b4f50', 'hex');
const STORE_GUID = Buffer.from('782cf3aa7b949a43a1802e144ec37792', 'hex');

/**
 * The NVRAM of a Linux VM that was never started: an EFI variable store without a variable. UEFI Platform Initialization 1.7,
 * volume 3, 3.2.1 (volume header); `VARIABLE_STORE_HEADER` of EDK II.
 */
export function emptyNvram(): Buffer {
  const bytes = Buffer.alloc(SIZE, 0xff);
  bytes.fill(0, 0, 16);
  VOLUME_GUID.copy(bytes, 16);
  bytes.writeBigUInt64LE(BigInt(SIZE), 32);
  bytes.write('_FVH', 40, 'latin1');
  // Can be read and written, sticky bits, erased to ones: EFI_FVB2 attributes.
  bytes.writeUInt32LE(0x0004_feff, 44);
  bytes.writeUInt16LE(VOLUME_HEADER, 48);
  bytes.writeUInt16LE(0, 50);
  bytes.writeUInt16LE(0, 52);
  bytes.writeUInt8(0, 54);
  bytes.writeUInt8(2, 55);
  bytes.writeUInt32LE(SIZE / BLOCK, 56);
  bytes.writeUInt32LE(BLOCK, 60);
  bytes.fill(0, 64, VOLUME_HEADER);
  let sum = 0;
  for (let at = 0; at < VOLUME_HEADER; at += 2) sum = (sum + bytes.readUInt16LE(at)) & 0xffff;
  // All words of the header add up to zero.
  bytes.writeUInt16LE((0x1_0000 - sum) & 0xffff, 50);
  STORE_GUID.copy(bytes, VOLUME_HEADER);
  bytes.writeUInt32LE(SIZE - VOLUME_HEADER, VOLUME_HEADER + 16);
  // Formatted, healthy.
  bytes.writeUInt8(0x5a, VOLUME_HEADER + 20);
  bytes.writeUInt8(0xfe, VOLUME_HEADER + 21);
  bytes.fill(0, VOLUME_HEADER + 22, VOLUME_HEADER + 28);
  return bytes;
}
