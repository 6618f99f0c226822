/** Main thread to worker. `id` names an open file or a task, `path` a staged file. */
export type ToBlobWorker =
  /** Opens a staged file to append at `offset` bytes; what lies behind is cut off. */
  | { readonly type: 'open'; readonly id: number; readonly path: string; readonly offset: number }
  /** Appends the first `length` bytes of a block. The block is the main thread's again with the answer `took`. */
  | { readonly type: 'block'; readonly id: number; readonly block: SharedArrayBuffer; readonly length: number }
  /** Closes the file and keeps the hash, for the next part of the same upload. */
  | { readonly type: 'pause'; readonly id: number }
  /** Brings the file to the disk, closes it and answers its digest. */
  | { readonly type: 'seal'; readonly id: number }
  /** Lets the hash of a paused file go. */
  | { readonly type: 'forget'; readonly path: string }
  | { readonly type: 'hash'; readonly id: number; readonly path: string }
  /** Copies a file, hashing it; shares its blocks where the file system can. */
  | { readonly type: 'copy'; readonly id: number; readonly from: string; readonly to: string }
  | { readonly type: 'cancel'; readonly id: number };

/** Worker to main thread. */
export type FromBlobWorker =
  | { readonly type: 'took'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly bytes: number }
  | { readonly type: 'paused'; readonly id: number; readonly size: number }
  | { readonly type: 'done'; readonly id: number; readonly digest: string; readonly size: number }
  /** `reason`: an errno name, or `cancelled`. */
  | { readonly type: 'failed'; readonly id: number; readonly reason: string; readonly path: string };
