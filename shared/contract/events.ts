import { z } from 'zod';
import { jobDeltaSchema, retrySchema } from '../models/job.ts';
import { planSchema } from '../models/plan.ts';
import { registrySchema } from '../models/registry.ts';
import { sampleStateSchema } from '../models/sample.ts';
import { settingsSchema } from '../models/settings.ts';
import { serveStateSchema, storeProgressSchema } from '../models/store.ts';
import { defineEvents } from './define.ts';

/** Every event of the product, declared once: topic to payload. */
export const events = defineEvents({
  /** Something in Tart's home changed: read `vms.list` again. */
  'vms.changed': z.null(),
  /** A plan read a VM's disk, or learned by other ways what is on it: ask `vms.known` again. */
  'vms.digested': z.object({ vmId: z.string() }),
  /** A plan under way knows more. At most 10 a second. */
  'plans.changed': z.object({ planId: z.string(), plan: planSchema }),
  /** A registry is asked again for a plan under way. */
  'plans.retrying': z.object({ planId: z.string(), retry: retrySchema }),
  /** A registry is asked again for what belongs to no plan or job: a look at tags, an edit, a test. */
  'registries.retrying': z.object({ host: z.string(), retry: retrySchema }),
  /** One job changed. At most 10 a second per job. */
  'jobs.changed': jobDeltaSchema,
  'jobs.removed': z.object({ id: z.string() }),
  /** What is known of one registry changed. */
  'registries.changed': registrySchema,
  /** A repository's tags are being read: so many of so many were asked. At most 10 a second. */
  'repositories.reading': z.object({ host: z.string(), repository: z.string(), read: z.number(), total: z.number() }),
  /** Something in the local store changed: read `store.list` again. At most twice a second. */
  'store.changed': z.null(),
  /** A long task of the local store goes on. At most 10 a second per task. */
  'store.progress': storeProgressSchema,
  /** A job was recorded: read `report.savings` again. At most once a second while a job runs. */
  'report.changed': z.object({ jobId: z.string() }),
  /** The registry of this computer was switched on or off, is starting, or could not start. */
  'serve.changed': serveStateSchema,
  /** A command of the menu bar, for the window to carry out. */
  'app.command': z.enum([
    'push',
    'toggleDrawer',
    'toggleLocal',
    'focusLocal',
    'focusRegistries',
    'focusDetail',
    'savings',
    'compare',
    'settings',
    'tryIt',
    'palette',
    'copyTo',
  ]),
  /** The sample VM is made, changed or removed. At most 10 a second. */
  'sample.changed': sampleStateSchema,
  /** Snapshots came, went, or are kept for something else: read `snapshots.list` again. */
  'snapshots.changed': z.null(),
  'settings.changed': settingsSchema,
});

/** The table of events. */
export type Events = typeof events;
/** The name of an event. */
export type Topic = keyof Events;
/** What an event carries. */
export type EventPayload<Name extends Topic> = z.infer<Events[Name]>;
