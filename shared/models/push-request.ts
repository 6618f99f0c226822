import { z } from 'zod';
import { pushOptionsSchema } from './push-options.ts';

const reference = z.string().min(1).max(1024);

/** What a push is made of. Shared by plan and push, so that what was planned is what is pushed. */
export const pushRequestSchema = pushOptionsSchema.extend({
  vmId: z.string().min(1).max(512),
  references: z.array(reference).min(1).max(64),
  /**
   * What a push does when, in its middle, the network stays away for longer than the retries, the sign-in is refused, or
   * the registry asks to slow down for too long: wait (the default) or fail with the error's code.
   */
  whenStuck: z.enum(['wait', 'fail']).optional(),
  /** What the person was shown of each reference: its digest then, null = no such tag. A difference is `tag.conflict`. */
  expectedTags: z.record(reference, z.string().max(256).nullable()).optional(),
});

/** What a push is made of. */
export type PushRequest = z.infer<typeof pushRequestSchema>;
