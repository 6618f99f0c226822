import { z } from 'zod';

/** Names a VM, job, plan, snapshot, edit or task. */
export const id = z.string().min(1).max(512);
/** A registry: `host[:port]`. */
export const host = z.string().min(1).max(255);
/** An image, or a place for one, as people write it. */
export const reference = z.string().min(1).max(1024);
/** A file or folder of this computer. */
export const path = z.string().min(1).max(4096);
/** An image of the local store: `repository:tag`. */
export const imageName = z.string().min(1).max(400);
/** Takes or answers nothing. */
export const nothing = z.null();
/** Names a long task in `store.progress` events; without it none is sent. */
export const taskId = id.optional();
