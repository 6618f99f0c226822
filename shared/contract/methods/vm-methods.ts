import { z } from 'zod';
import { snapshotSchema } from '../../models/snapshot.ts';
import { vmListSchema } from '../../models/vm.ts';
import { repositoryNameSchema, vmKnowledgeSchema } from '../../models/vm-knowledge.ts';
import { defineMethods } from '../define.ts';
import { VM_ERRORS } from './error-lists.ts';
import { id, nothing } from './fields.ts';

/** VMs and cached images of this computer, and the snapshots of them. */
export const vmMethods = defineMethods({
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
});
