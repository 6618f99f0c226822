/** As long as a window: what bytes are compared with to see that they are zero. */
export const ZEROS = Buffer.alloc(1024 * 1024);
