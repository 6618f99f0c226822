/** Fixed places in the module's memory. One instance serves one stream; its memory never grows. */

/** Raw bytes of a block. */
export const BLOCK: u32 = 65536;
/** 4096 slots of 8 bytes: the word in the high half, its position in the low one. */
export const TABLE: usize = 0x10000;
export const TABLE_BYTES: usize = 4096 * 8;
/** 64 KiB of history, and right behind it the raw window. */
export const HISTORY: usize = 0x20000;
export const WINDOW: usize = 0x30000;
/**
 * Two areas for packed bytes, used in turn: while the network takes one, the next window goes to the other. Each holds
 * 16 blocks of at most raw size and header, and slack for the encoder's overshoot.
 */
export const PACKED: usize = 0x130000;
export const PACKED_BYTES: usize = 0x120000;
/** Payload of the block that is decoded. */
export const PAYLOAD: usize = 0x370000;
/** 64 KiB of decoded history, right behind it the decoded block, and room for what the decoder writes too far. */
export const DECODED_HISTORY: usize = 0x390000;
export const DECODED: usize = 0x3a0000;
