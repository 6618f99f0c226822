import { z } from 'zod';
import {
  tagChangeSchema,
  tagEditSchema,
  tagMatchSchema,
  tagPatternSchema,
  tagPlanSchema,
  tagRecordSchema,
} from '../../models/tag-edit.ts';
import { defineMethods } from '../define.ts';
import { REGISTRY_ERRORS, TAG_ERRORS } from './error-lists.ts';
import { host, id } from './fields.ts';

const tagChanges = z.array(tagChangeSchema).max(10_000);
const repositoryOfTags = { host, repository: z.string().min(1).max(255), insecure: z.boolean() };

/** Edits of remote tags. */
export const tagMethods = defineMethods({
  /** What changes of a repository's tags would do; writes nothing. */
  'tags.plan': {
    input: z.object({ ...repositoryOfTags, changes: tagChanges.min(1) }),
    output: tagPlanSchema,
    errors: [...REGISTRY_ERRORS, ...TAG_ERRORS],
  },
  /**
   * Makes changes of a repository's tags, all as they were shown or none: what moved since, what needs a choice of the person
   * and what cannot be done is told in the outcomes, and then nothing was written.
   */
  'tags.apply': {
    input: z.object({ ...repositoryOfTags, changes: tagChanges.min(1) }),
    output: tagEditSchema,
    errors: [...REGISTRY_ERRORS, ...TAG_ERRORS],
  },
  /** What a pattern picks for removal; nothing is changed. Reads the repository. */
  'tags.match': {
    input: z.object({ ...repositoryOfTags, pattern: tagPatternSchema }),
    output: tagMatchSchema,
    errors: [...REGISTRY_ERRORS, 'serve.off'],
  },
  /** Edits of the last 30 days, the newest first. Makes no request. */
  'tags.journal': {
    input: z.object({ host: host.nullable(), repository: z.string().min(1).max(255).nullable() }),
    output: z.array(tagRecordSchema),
    errors: [],
  },
  /** What undoing an edit would do; writes nothing. */
  'tags.undoPlan': { input: z.object({ id }), output: tagPlanSchema, errors: [...REGISTRY_ERRORS, ...TAG_ERRORS] },
  /** Undoes an edit. `changes`: those of the plan that the person wants, with their choices; null = all. */
  'tags.undo': {
    input: z.object({ id, changes: tagChanges.nullable() }),
    output: tagEditSchema,
    errors: [...REGISTRY_ERRORS, ...TAG_ERRORS],
  },
});
