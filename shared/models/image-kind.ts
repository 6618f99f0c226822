import { z } from 'zod';

/**
 * What a manifest is of: a VM of Tart, or of one of the programs of the same family (their images are recognised and can be
 * copied, Tart cannot run them), a container image, an index of several, or any other artifact.
 */
export const imageKindSchema = z.enum(['tart', 'vetu', 'lume', 'image', 'index', 'artifact']);

/** The kind of an image. */
export type ImageKind = z.infer<typeof imageKindSchema>;
