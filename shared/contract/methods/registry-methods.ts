import { z } from 'zod';
import { capabilitiesSchema } from '../../models/capabilities.ts';
import { certificateChainSchema } from '../../models/certificate.ts';
import { registrySchema, repositorySchema } from '../../models/registry.ts';
import { registryChoicesSchema } from '../../models/registry-choices.ts';
import { credentialListSchema, signedInSchema, signedOutSchema } from '../../models/sign-in.ts';
import { defineMethods } from '../define.ts';
import { REGISTRY_ERRORS } from './error-lists.ts';
import { host, nothing } from './fields.ts';

/** Registries, sign-ins to them, and their repositories. */
export const registryMethods = defineMethods({
  /** Registries that were pushed to, pinned, or named by Tart's cache, with what is remembered of them. No request is made. */
  'registries.list': { input: nothing, output: z.array(registrySchema), errors: ['state.unavailable'] },
  /** Adds a registry that answers, with what is chosen for it; what is not said stays as it was. It is tested by reading. */
  'registries.add': {
    input: registryChoicesSchema.partial().extend({ host }),
    output: registrySchema,
    errors: [...REGISTRY_ERRORS, 'certificate.invalid'],
  },
  /**
   * Chooses anew for a registry; what is not said stays as it was. Another way to reach it (plain http, authorities, an
   * accepted certificate) is kept only if it answers so.
   */
  'registries.edit': {
    input: z.object({ host, choices: registryChoicesSchema.partial() }),
    output: registrySchema,
    errors: [...REGISTRY_ERRORS, 'certificate.invalid'],
  },
  /**
   * Tests what a registry can do. Nothing is written unless `write` agrees to it: then to `repository`, or to
   * `tartan/probe`, and to a second one with `-mount` behind the name; what was made is taken away again where that can be.
   */
  'registries.probe': {
    input: z.object({ host, repository: z.string().min(1).max(255).nullable(), write: z.boolean() }),
    output: capabilitiesSchema,
    errors: REGISTRY_ERRORS,
  },
  /** The certificate that a registry shows, and who vouches for it. Nothing is sent. */
  'registries.certificate': { input: z.object({ host }), output: certificateChainSchema, errors: REGISTRY_ERRORS },
  /** Asks a registry for its repositories. Many refuse: `registry.denied`, `repository.notFound`. */
  'registries.read': { input: z.object({ host }), output: registrySchema, errors: REGISTRY_ERRORS },
  'registries.remove': { input: z.object({ host }), output: nothing, errors: [] },
  /** Everything that is known of a registry's sign-ins: where they come from, which is in use. No request is made. */
  'registries.credentials': { input: z.object({ host }), output: credentialListSchema, errors: ['auth.helper'] },
  /**
   * Signs in: the registry has to accept it before anything is kept. `store`: the app's own vault, the file of the state
   * folder, or where Docker (or the keychain) keeps the host's. Jobs that wait for a sign-in go on.
   */
  'registries.signIn': {
    input: z.object({
      host,
      username: z.string().min(1).max(1024),
      secret: z.string().min(1).max(65_536),
      insecure: z.boolean(),
      store: z.enum(['vault', 'file', 'shared']),
    }),
    output: signedInSchema,
    errors: [...REGISTRY_ERRORS, 'auth.noStore', 'file.unwritable'],
  },
  /** Takes away what this app keeps for a registry; names what other programs keep. */
  'registries.signOut': {
    input: z.object({ host }),
    output: signedOutSchema,
    errors: ['auth.helper', 'file.unwritable'],
  },
  /** Chooses one source for a registry, or none (`anonymous`); null = by order. */
  'registries.chooseCredentials': {
    input: z.object({ host, source: z.string().max(256).nullable() }),
    output: credentialListSchema,
    errors: ['auth.helper'],
  },
  /** Reads the tags of one repository, grouped by digest; `repositories.reading` events tell how far it is. */
  'repositories.read': {
    input: z.object({ host, repository: z.string().min(1).max(255), insecure: z.boolean().optional() }),
    output: repositorySchema,
    errors: REGISTRY_ERRORS,
  },
  /**
   * Reads the manifests of some digests of a repository that was read, of which nothing is known yet: a look at all tags
   * reads 500. What they say stands in `registries.changed`. Answers how many are known now.
   */
  'repositories.describe': {
    input: z.object({
      host,
      repository: z.string().min(1).max(255),
      digests: z.array(z.string().max(256)).min(1).max(200),
    }),
    output: z.object({ described: z.number() }),
    errors: REGISTRY_ERRORS,
  },
  /** Lists a repository by name, for registries that list none. No request is made. */
  'repositories.pin': {
    input: z.object({ host, repository: z.string().min(1).max(255) }),
    output: registrySchema,
    errors: ['reference.invalid'],
  },
  /** Takes a repository off the list, with what was read of it; nothing in the registry changes. A push brings it back. */
  'repositories.unpin': {
    input: z.object({ host, repository: z.string().min(1).max(255) }),
    output: registrySchema,
    errors: [],
  },
});
