import { z } from 'zod';
import { reportRequestSchema } from '../../models/report.ts';
import { savedJobSchema, savingsFilterSchema, savingsSchema } from '../../models/savings.ts';
import {
  imageLayersSchema,
  imageNameSchema,
  imageRemovalSchema,
  imageSharingSchema,
  layerUsersSchema,
  registryImagesSchema,
} from '../../models/sharing.ts';
import { defineMethods } from '../define.ts';
import { host, id, path } from './fields.ts';

/** Reports: what jobs saved, and which images share what. */
export const reportMethods = defineMethods({
  /** What fills the registries, by known manifests. `registry`: one of them, null = all. Makes no request. */
  'report.images': {
    input: z.object({ registry: host.nullable() }),
    output: registryImagesSchema,
    errors: ['state.unavailable'],
  },
  /** One image of `report.images` with its layers, and how many images of its registry need each. Makes no request. */
  'report.image': {
    input: imageNameSchema,
    output: imageLayersSchema,
    errors: ['state.unavailable', 'manifest.notFound'],
  },
  /** The images that need a layer, in one registry or (null) all. Makes no request. */
  'report.layer': {
    input: z.object({ registry: host.nullable(), digest: z.string().min(1).max(256) }),
    output: layerUsersSchema,
    errors: ['state.unavailable'],
  },
  /**
   * How much images share with each other: these, in this order, or (null) the 12 largest of a registry or (null) of all,
   * then each manifest once. Images that are not known are left out. Makes no request.
   */
  'report.sharing': {
    input: z.object({ images: z.array(imageNameSchema).min(1).max(200).nullable(), registry: host.nullable() }),
    output: imageSharingSchema,
    errors: ['state.unavailable'],
  },
  /** What removing images would free, and which others keep the rest. Images that are not known are left out. */
  'report.removal': {
    input: z.object({ images: z.array(imageNameSchema).min(1).max(2000) }),
    output: imageRemovalSchema,
    errors: ['state.unavailable'],
  },

  /** What deduplication saved, by what was recorded of each job. Makes no request. */
  'report.savings': { input: savingsFilterSchema, output: savingsSchema, errors: ['state.unavailable'] },
  /** A report as one text: CSV, JSON, or an HTML file that needs nothing beside it. Makes no request. */
  'report.text': { input: reportRequestSchema, output: z.string(), errors: ['state.unavailable'] },
  /** Writes the text of a report to a file, which is replaced whole. `path` is absolute. */
  'report.export': {
    input: reportRequestSchema.extend({ path }),
    output: z.object({ path: z.string(), bytes: z.number() }),
    errors: ['state.unavailable', 'file.unwritable'],
  },
  /** What was recorded of one job, layer by layer. A job without a record (an older one, one that did nothing) is `job.notFound`. */
  'report.job': { input: z.object({ id }), output: savedJobSchema, errors: ['job.notFound', 'state.unavailable'] },
});
