import { z } from 'zod';
import { capabilitiesSchema } from '../models/capabilities.ts';
import { certificateChainSchema } from '../models/certificate.ts';
import { comparedNameSchema, comparisonSchema } from '../models/comparison.ts';
import { copyDocumentSchema, copyRequestSchema } from '../models/copy.ts';
import { copyPriceSchema, pricedSourceSchema, pricedTargetSchema } from '../models/copy-price.ts';
import { imageSchema, verificationSchema } from '../models/image.ts';
import { indexRebuildSchema } from '../models/index-rebuild.ts';
import { jobSnapshotSchema, jobSummarySchema } from '../models/job.ts';
import { planSchema } from '../models/plan.ts';
import { pushOptionsSchema, sendAgainSchema } from '../models/push-options.ts';
import { registrySchema, repositorySchema } from '../models/registry.ts';
import { registryChoicesSchema } from '../models/registry-choices.ts';
import { reportFormatSchema, reportRequestSchema } from '../models/report.ts';
import { sampleStateSchema } from '../models/sample.ts';
import { savedJobSchema, savingsFilterSchema, savingsSchema } from '../models/savings.ts';
import { settingsSchema } from '../models/settings.ts';
import {
  imageLayersSchema,
  imageNameSchema,
  imageRemovalSchema,
  imageSharingSchema,
  layerUsersSchema,
  registryImagesSchema,
} from '../models/sharing.ts';
import { credentialListSchema, signedInSchema, signedOutSchema } from '../models/sign-in.ts';
import { snapshotSchema } from '../models/snapshot.ts';
import {
  collectionSchema,
  serveStateSchema,
  storeCheckSchema,
  storeListSchema,
  storeTransferSchema,
} from '../models/store.ts';
import {
  tagChangeSchema,
  tagEditSchema,
  tagMatchSchema,
  tagPatternSchema,
  tagPlanSchema,
  tagRecordSchema,
} from '../models/tag-edit.ts';
import { vmListSchema } from '../models/vm.ts';
import { repositoryNameSchema, vmKnowledgeSchema } from '../models/vm-knowledge.ts';
import { defineMethods } from './define.ts';

const REGISTRY_ERRORS = [
  'reference.invalid',
  'registry.unreachable',
  'registry.notRegistry',
  'registry.plainHttp',
  'registry.tls',
  'registry.protocol',
  'registry.unavailable',
  'registry.rateLimited',
  'registry.denied',
  'registry.redirect',
  'registry.answerTooLarge',
  'repository.notFound',
  'auth.required',
  'auth.unauthorized',
  'auth.realm',
  'auth.helper',
  'manifest.notFound',
  'manifest.invalid',
] as const;

const VM_ERRORS = [
  'vm.notFound',
  'vm.running',
  'vm.busy',
  'vm.configInvalid',
  'vm.incomplete',
  'vm.stacked',
  'vm.diskChanged',
  'vm.lockLost',
  'vm.gone',
  'image.manifestMissing',
  'file.unreadable',
] as const;

const STORE_ERRORS = [
  'store.away',
  'store.busy',
  'store.damaged',
  'store.full',
  'file.unreadable',
  'file.unwritable',
] as const;

const COPY_ERRORS = [
  'tag.conflict',
  'tag.immutable',
  'manifest.refused',
  'verify.failed',
  'blob.missing',
  'blob.digestMismatch',
  'blob.sizeMismatch',
  'registry.full',
  'registry.readOnly',
] as const;

const TAG_ERRORS = [
  ...COPY_ERRORS,
  'serve.off',
  'tag.deleteUnsupported',
  'tag.editNotFound',
  'tag.notUndoable',
  'file.unwritable',
] as const;

const IMAGE_ERRORS = ['store.imageNotFound', 'store.nameInvalid', 'store.incomplete', 'store.archiveInvalid'] as const;

const id = z.string().min(1).max(512);
const host = z.string().min(1).max(255);
const reference = z.string().min(1).max(1024);
const path = z.string().min(1).max(4096);
const imageName = z.string().min(1).max(400);
const nothing = z.null();
const tagChanges = z.array(tagChangeSchema).max(10_000);
const repositoryOfTags = { host, repository: z.string().min(1).max(255), insecure: z.boolean() };
/** Names a long task in `store.progress` events; without it none is sent. */
const taskId = id.optional();

/** What a push is made of. Shared by plan and push, so that what was planned is what is pushed. */
export const pushRequestSchema = pushOptionsSchema.extend({
  vmId: id,
  references: z.array(reference).min(1).max(64),
  /**
   * What a push does when, in its middle, the network stays away for longer than the retries, the sign-in is refused, or
   * the registry asks to slow down for too long: wait (the default) or fail with the error's code.
   */
  whenStuck: z.enum(['wait', 'fail']).optional(),
  /** What the person was shown of each reference: its digest then, null = no such tag. A difference is `tag.conflict`. */
  expectedTags: z.record(reference, z.string().max(256).nullable()).optional(),
});

/** Every request of the product, declared once. */
export const methods = defineMethods({
  /** The Local pane. Reads no disk byte. */
  'vms.list': { input: nothing, output: vmListSchema, errors: ['file.unreadable'] },

  /**
   * What is known of a VM's chunks, against one repository or (null) the one that holds the most of it. Reads no disk byte,
   * takes no lock and makes no request.
   */
  'vms.known': {
    input: z.object({ vmId: id, against: repositoryNameSchema.nullable() }),
    output: vmKnowledgeSchema,
    errors: VM_ERRORS,
  },

  /** Snapshots that are kept, the newest first; `vmId` null = of all VMs. Reads no disk byte. */
  'snapshots.list': {
    input: z.object({ vmId: id.nullable() }),
    output: z.array(snapshotSchema),
    errors: ['file.unreadable'],
  },
  /** Keeps a snapshot whatever the budget says, or no longer: one that only its pin kept is dropped then. */
  'snapshots.pin': {
    input: z.object({ id, pinned: z.boolean() }),
    output: nothing,
    errors: ['snapshot.notFound', 'snapshot.busy'],
  },
  /** Removes a snapshot, whatever keeps it. A job that would go on with it reads the VM as it is then. */
  'snapshots.drop': { input: z.object({ id }), output: nothing, errors: ['snapshot.notFound', 'snapshot.busy'] },

  /**
   * Makes a plan. It fills in through `plans.changed` events while chunks are read; the answer comes when it is complete.
   * Cancelling the request (closing the sheet) stops reading and lets the VM go. A complete plan of a snapshot keeps it for
   * a push of exactly what is shown, until `plans.close`.
   */
  'plans.make': {
    input: pushRequestSchema.extend({ planId: id }),
    output: planSchema,
    errors: [...REGISTRY_ERRORS, ...VM_ERRORS, 'serve.off'],
  },

  /** A plan is not shown any more; what it holds is let go. Nothing happens where a push took it, or it is not known. */
  'plans.close': { input: z.object({ planId: id }), output: nothing, errors: [] },

  /**
   * Starts a push and answers at once with its job. `planId`: goes on from this plan of the VM, complete or not: with the lock
   * or the snapshot that it holds, and with what it has read.
   */
  'jobs.push': {
    input: pushRequestSchema.extend({ planId: id.optional() }),
    output: jobSummarySchema,
    errors: [...REGISTRY_ERRORS, ...VM_ERRORS, 'serve.off'],
  },
  /**
   * Starts a copy and answers at once with its job: manifest bytes as they are, an index with its children, blobs mounted or
   * streamed. What arrives stays, whatever becomes of the job. What goes wrong later is the job's error.
   */
  'jobs.copy': {
    input: copyRequestSchema,
    output: jobSummarySchema,
    errors: [...REGISTRY_ERRORS, ...STORE_ERRORS, ...COPY_ERRORS, 'store.archiveInvalid', 'serve.off'],
  },
  'jobs.list': { input: nothing, output: z.array(jobSummarySchema), errors: ['state.unavailable'] },
  'jobs.get': { input: z.object({ id }), output: jobSnapshotSchema, errors: ['job.notFound'] },
  /** The push document: what the job did, layer by layer and target by target. */
  'jobs.document': { input: z.object({ id }), output: planSchema, errors: ['job.notFound'] },
  /** The job that is looked at gets more of what jobs share; null = none is. */
  'jobs.focus': { input: z.object({ id: id.nullable() }), output: nothing, errors: [] },
  'jobs.pause': { input: z.object({ id }), output: nothing, errors: ['job.notFound', 'job.wrongState'] },
  'jobs.resume': {
    input: z.object({ id }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },
  'jobs.cancel': { input: z.object({ id }), output: nothing, errors: ['job.notFound', 'job.wrongState'] },
  /**
   * Tries a failed job again; goes on with one that waits; wakes the layers of a running one that wait for their next try.
   * `newManifest` agrees to a new manifest, `sendAgain` asks to send blobs whatever the registry says, as in the request of a
   * push.
   */
  'jobs.retry': {
    input: z.object({
      id,
      force: z.boolean(),
      newManifest: z.boolean().optional(),
      sendAgain: sendAgainSchema.optional(),
    }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },
  'jobs.remove': {
    input: z.object({ id }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },

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
   * Compares two images chunk by chunk, by what is known of them: no disk byte is read. Only an image of a registry whose
   * manifest nobody has seen is asked for.
   */
  'images.compare': {
    input: z.object({ a: comparedNameSchema, b: comparedNameSchema }),
    output: comparisonSchema,
    errors: [...REGISTRY_ERRORS, ...VM_ERRORS, 'image.notTart', 'state.unavailable'],
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

  /**
   * Makes the content index anew: from images of Tart's cache and of the local store, from what jobs encoded, and, where
   * `askRegistries` says so, from the newest manifests of known repositories. Digests of disks stay known.
   */
  'index.rebuild': {
    input: z.object({ askRegistries: z.boolean() }),
    output: indexRebuildSchema,
    errors: ['state.unavailable', 'file.unreadable'],
  },

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

  /** The sample VM that the product can be tried with. Makes nothing. */
  'sample.state': { input: nothing, output: sampleStateSchema, errors: [] },
  /**
   * Makes the sample VM where it is not there, and switches the registry of this computer on where it is off. `sample.changed`
   * events tell how far it is; cancelling the request leaves nothing behind.
   */
  'sample.make': {
    input: nothing,
    output: sampleStateSchema,
    errors: [...STORE_ERRORS, 'serve.portBusy', 'serve.alreadyOn', 'registry.readOnly'],
  },
  /** Writes one file of the sample's disk anew, as work in the VM would. Not while it is pushed. */
  'sample.change': {
    input: nothing,
    output: sampleStateSchema,
    errors: ['vm.notFound', 'vm.busy', 'file.unwritable'],
  },
  /**
   * Removes all that came of trying: jobs of the sample VM (running ones are cancelled), its images in the local store, the
   * VM, and the registry goes off if it was switched on for it.
   */
  'sample.remove': { input: nothing, output: sampleStateSchema, errors: [...STORE_ERRORS, 'vm.busy'] },

  /** Facts of the host that the window needs before its first paint. */
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      platform: z.enum(['darwin', 'linux', 'win32']),
      /** BCP 47 tag of the system's language. */
      systemLanguage: z.string(),
      /** The host draws window controls itself and needs room at this side of the title bar; `none` in full screen. */
      windowControls: z.enum(['left', 'right', 'none']),
    }),
    errors: [],
  },
  /** Shows a VM's folder in the system's file manager; only folders of listed VMs. */
  'app.revealVm': { input: z.object({ vmId: id }), output: nothing, errors: ['vm.notFound'] },
  /** Asks for a folder with the system's dialog; null = cancelled. */
  'app.chooseFolder': { input: nothing, output: z.string().nullable(), errors: [] },
  /** Asks for an archive of images with the system's dialog; null = cancelled. */
  'app.chooseArchive': { input: nothing, output: z.string().nullable(), errors: [] },
  /** Asks where an archive of images is to be written; null = cancelled. `name` is offered. */
  'app.chooseArchiveTarget': {
    input: z.object({ name: z.string().min(1).max(255) }),
    output: z.string().nullable(),
    errors: [],
  },
  /** Asks where a report is to be written; null = cancelled. `name` is offered, with the ending of its form. */
  'app.chooseReportTarget': {
    input: z.object({ name: z.string().min(1).max(255), format: reportFormatSchema }),
    output: z.string().nullable(),
    errors: [],
  },
  'app.copyText': { input: z.object({ text: z.string().max(100_000) }), output: nothing, errors: [] },

  'settings.get': { input: nothing, output: settingsSchema, errors: [] },
  /**
   * Takes the settings. Another place of the store is made a store first, or refused; images stay where they were. A
   * registry that is on goes on over the new place.
   */
  'settings.set': { input: settingsSchema, output: settingsSchema, errors: ['state.unavailable', ...STORE_ERRORS] },
});

/** The table of methods. */
export type Methods = typeof methods;
/** The name of a method. */
export type MethodName = keyof Methods;
/** Methods that the window's host answers itself; all others are the engine's. */
export type HostMethodName = Extract<MethodName, `app.${string}`>;
/** Methods that the engine answers. */
export type EngineMethodName = Exclude<MethodName, HostMethodName>;
/** What a method takes. */
export type MethodInput<Name extends MethodName> = z.infer<Methods[Name]['input']>;
/** What a method answers. */
export type MethodOutput<Name extends MethodName> = z.infer<Methods[Name]['output']>;
/** What a push is made of. */
export type PushRequest = z.infer<typeof pushRequestSchema>;
