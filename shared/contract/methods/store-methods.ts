import { z } from 'zod';
import {
  collectionSchema,
  serveStateSchema,
  storeCheckSchema,
  storeListSchema,
  storeTransferSchema,
} from '../../models/store.ts';
import { defineMethods } from '../define.ts';
import { IMAGE_ERRORS, STORE_ERRORS } from './error-lists.ts';
import { imageName, nothing, path, reference, taskId } from './fields.ts';

/** The local store, and the registry that serves it. */
export const storeMethods = defineMethods({
  /** The local store: an OCI image layout. Reads no blob. */
  'store.list': { input: nothing, output: storeListSchema, errors: STORE_ERRORS },
  /** Gives an image of the local store another name; both are `repository:tag`. */
  'store.tag': {
    input: z.object({ from: imageName, to: imageName }),
    output: nothing,
    errors: [...STORE_ERRORS, 'store.imageNotFound', 'store.nameInvalid'],
  },
  /** Takes a name away; the image goes with a collection when nothing else needs it. */
  'store.untag': {
    input: z.object({ name: imageName }),
    output: nothing,
    errors: [...STORE_ERRORS, 'store.imageNotFound', 'store.nameInvalid'],
  },
  /** Brings images from an OCI image layout (folder, tar) or an archive of `docker save`. */
  'store.import': {
    input: z.object({
      source: path,
      /** Names within the source; none = all. */
      images: z.array(imageName).max(1000),
      /** What the one image is called here; null = as there. */
      name: imageName.nullable(),
      taskId,
    }),
    output: storeTransferSchema,
    errors: [...STORE_ERRORS, ...IMAGE_ERRORS],
  },
  /** Copies images into an OCI image layout of their own. */
  'store.export': {
    input: z.object({
      images: z.array(imageName).max(1000),
      target: path,
      form: z.enum(['folder', 'archive']),
      taskId,
    }),
    output: storeTransferSchema,
    errors: [...STORE_ERRORS, ...IMAGE_ERRORS],
  },
  /** Frees what no image needs; as a preview it only says what that would be. */
  'store.collect': { input: z.object({ preview: z.boolean() }), output: collectionSchema, errors: STORE_ERRORS },
  /** Reads every blob. With `repair`, what is damaged is fetched from a registry that has it. */
  'store.check': {
    input: z.object({
      repair: z.boolean(),
      /** `host/repository` to ask first, before the places that are known. */
      from: z.array(reference).max(64),
      insecure: z.boolean(),
      taskId,
    }),
    output: storeCheckSchema,
    errors: [...STORE_ERRORS, 'reference.invalid'],
  },
  /** Switches the embedded registry on, on loopback. `port`: null = that of the settings, 0 = any free one. */
  'serve.start': {
    input: z.object({
      port: z.number().int().min(0).max(65_535).nullable(),
      /** What clients must know; null = nothing. */
      token: z.string().min(8).max(256).nullable(),
      readOnly: z.boolean(),
    }),
    output: serveStateSchema,
    errors: [...STORE_ERRORS, 'serve.portBusy', 'serve.alreadyOn'],
  },
  'serve.stop': { input: nothing, output: nothing, errors: [] },
  'serve.state': { input: nothing, output: serveStateSchema, errors: [] },
});
