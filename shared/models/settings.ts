import { z } from 'zod';

/** The person's choices, kept in settings.json of the state folder. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  language: z.enum(['system', 'en', 'zh-CN']),
  /** Text scale in percent. */
  textScale: z.number().int().min(80).max(150),
  /** Overrides TART_HOME and ~/.tart; null = those. */
  tartHome: z.string().min(1).max(4096).nullable(),
  /** Layers in flight at once, over all jobs. */
  concurrency: z.number().int().min(1).max(16),
  /** Bytes a second over all jobs; null = no limit. */
  bandwidthLimit: z.number().int().min(65536).nullable(),
  notifyWhenDone: z.boolean(),
  /** Folder of the local store; null = in the state folder. */
  storeFolder: z.string().min(1).max(4096).nullable().default(null),
  /** Most bytes of the local store; null = as many as its volume takes. */
  storeBudget: z.number().int().min(1_000_000).nullable().default(null),
  /** Most bytes that snapshots hold alone which are kept for the next push of their VMs; 0 = none is kept. */
  snapshotBudget: z.number().int().min(0).default(20_000_000_000),
  /** The registry of this computer is switched on when the app starts: it was on when the app ended. */
  serving: z.boolean().default(false),
  /** Where it listens; null = the usual port. */
  servePort: z.number().int().min(1).max(65_535).nullable().default(null),
});

/** What holds before the person chose anything. */
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  language: 'system',
  textScale: 100,
  tartHome: null,
  concurrency: 4,
  bandwidthLimit: null,
  notifyWhenDone: true,
  storeFolder: null,
  storeBudget: null,
  snapshotBudget: 20_000_000_000,
  serving: false,
  servePort: null,
};

/** The person's choices. */
export type Settings = z.infer<typeof settingsSchema>;
