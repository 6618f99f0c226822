import { z } from 'zod';
import { comparedNameSchema, comparisonRequestSchema, comparisonSchema } from '../../models/comparison.ts';
import { copyDocumentSchema, copyRequestSchema } from '../../models/copy.ts';
import { copyPriceSchema, pricedSourceSchema, pricedTargetSchema } from '../../models/copy-price.ts';
import { imageSchema, verificationSchema } from '../../models/image.ts';
import { indexRebuildSchema } from '../../models/index-rebuild.ts';
import { defineMethods } from '../define.ts';
import { COMPARE_ERRORS, REGISTRY_ERRORS, STORE_ERRORS } from './error-lists.ts';
import { id, path, reference } from './fields.ts';

/** Images: read, verified, compared, copied, and what is known of them. */
export const imageMethods = defineMethods({
  /**
   * Reads an image: manifest, config, of an index its children. `askTags` false: does not ask the repository's tags for
   * their digests, `tagsWithDigest` is empty. `askReferrers`: asks what belongs to it, too.
   */
  'images.inspect': {
    input: z.object({
      reference,
      insecure: z.boolean(),
      askTags: z.boolean().optional(),
      askReferrers: z.boolean().optional(),
    }),
    output: imageSchema,
    errors: REGISTRY_ERRORS,
  },
  'images.verify': {
    input: z.object({ reference, insecure: z.boolean(), deep: z.boolean() }),
    output: verificationSchema,
    errors: REGISTRY_ERRORS,
  },

  /**
   * Compares two of VMs, snapshots and images chunk by chunk, by what is known of them: no disk byte is read. Only an image of
   * a registry whose manifest nobody has seen is asked for.
   */
  'images.compare': {
    input: z.object({ a: comparedNameSchema, b: comparedNameSchema }),
    output: comparisonSchema,
    errors: COMPARE_ERRORS,
  },
  /** A comparison as one text: CSV, JSON (as of `images.compare`), or an HTML file that needs nothing beside it. */
  'images.compareText': {
    input: comparisonRequestSchema,
    output: z.string(),
    errors: COMPARE_ERRORS,
  },
  /** Writes the text of a comparison to a file, which is replaced whole. `path` is absolute. */
  'images.compareExport': {
    input: comparisonRequestSchema.extend({ path }),
    output: z.object({ path: z.string(), bytes: z.number() }),
    errors: [...COMPARE_ERRORS, 'file.unwritable'],
  },

  /**
   * What copies of these images would cost, target by target in the order of the targets, by what is known: no request is
   * made, and no disk byte is read.
   */
  'copies.price': {
    input: z.object({
      sources: z.array(pricedSourceSchema).min(1).max(2000),
      targets: z.array(pricedTargetSchema).min(1).max(500),
    }),
    output: z.array(copyPriceSchema),
    errors: [],
  },
  /**
   * What a copy would do, target by target and blob by blob: it asks both sides, sends nothing and writes nothing. States of
   * tags: `moves` is one that has another image now, for the person to decide.
   */
  'copies.plan': {
    input: copyRequestSchema,
    output: copyDocumentSchema,
    errors: [...REGISTRY_ERRORS, ...STORE_ERRORS, 'store.archiveInvalid', 'serve.off'],
  },
  /** What a copy did, or did so far. */
  'copies.document': { input: z.object({ id }), output: copyDocumentSchema, errors: ['job.notFound'] },

  /**
   * Makes the content index anew: from images of Tart's cache and of the local store, from what jobs encoded, and, where
   * `askRegistries` says so, from the newest manifests of known repositories. Digests of disks stay known.
   */
  'index.rebuild': {
    input: z.object({ askRegistries: z.boolean() }),
    output: indexRebuildSchema,
    errors: ['state.unavailable', 'file.unreadable'],
  },
});
