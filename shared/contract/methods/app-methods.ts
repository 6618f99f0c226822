import { z } from 'zod';
import { reportFormatSchema } from '../../models/report.ts';
import { sampleStateSchema } from '../../models/sample.ts';
import { settingsSchema } from '../../models/settings.ts';
import { defineMethods } from '../define.ts';
import { STORE_ERRORS } from './error-lists.ts';
import { id, nothing } from './fields.ts';

/** The program itself: the sample VM, its host, its settings. */
export const appMethods = defineMethods({
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
  /** The page hears `app.command` from now on: what was chosen before comes at once. */
  'app.listening': { input: nothing, output: nothing, errors: [] },
  'app.copyText': { input: z.object({ text: z.string().max(100_000) }), output: nothing, errors: [] },

  'settings.get': { input: nothing, output: settingsSchema, errors: [] },
  /**
   * Takes the settings. Another place of the store is made a store first, or refused; images stay where they were. A
   * registry that is on goes on over the new place.
   */
  'settings.set': { input: settingsSchema, output: settingsSchema, errors: ['state.unavailable', ...STORE_ERRORS] },
});
