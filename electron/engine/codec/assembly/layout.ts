/** Fixed places in the module's memory. One instance serves one stream; its memory never grows. */

/** Raw bytes of a block. */
export const BLOCK: u32 = 65536;
/** 4096 slots of 8 bytes: the word in the high half, its position in the low one. */
export const TABLE: usize = 0x10000;
export const TABLE_BYTES: usize = 4096 * 8;
/** 64 KiB of history, and right behind it the raw window. */
export const HISTORY: usize = 0x20000;
export const WINDOW: usize = 0x30000;
/** The encoded block of a long run of zeros: a few hundred bytes. */
export const ZERO_BLOCK: usize = 0x18000;
export const ZERO_BLOCK_BYTES: u32 = 4096;
/**
 * Two areas of 0x240000 bytes for packed bytes, used in turn: while the network takes one, the next windows go to the other. Each holds
 * two windows, which are 16 blocks of at most raw size and header, and slack for the encoder's overshoot.
 */
export const PACKED: usize = 0x130000;
/** Payload of the block that is decoded. */
export const PAYLOAD: usize = 0x5b0000;
/** 64 KiB of decoded history, right behind it the decoded block, and room for what the decoder writes too far. */
export const DECODED_HISTORY: usize = 0x5d0000;
export const DECODED: usize = 0x5e0000;
