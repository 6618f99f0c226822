import { z } from 'zod';
import { ERROR_RULES, type ErrorCode } from '../errors/codes.ts';

// Object.keys widens to string[]; the record's keys are the codes by construction.
const codes = Object.keys(ERROR_RULES) as [ErrorCode, ...ErrorCode[]];

/** An error as it crosses a process border: a code of the closed list, its facts, and what can be done about it. */
export const errorDataSchema = z.object({
  code: z.enum(codes),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).readonly(),
  retry: z.enum(['no', 'now', 'later', 'afterSignIn', 'afterChange']),
  actions: z
    .array(
      z.enum([
        'retry',
        'signIn',
        'editReference',
        'editRegistry',
        'overwrite',
        'newManifest',
        'sendAgain',
        'revealFile',
        'copyDetails',
      ]),
    )
    .readonly(),
});
