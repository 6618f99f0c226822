import { SAMPLE_VM_ID } from '../../shared/models/sample.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { type MinuteStep, suggestedReference } from '../features/first-run/minute-step.ts';
import type { Sample } from '../features/first-run/use-sample.ts';
import { useClient } from '../state/client.ts';

/**
 * Makes what is missing for a step of the first minute, then hands on the sample VM with the reference that suits the step. Says
 * nothing where it was refused or stopped: the sample says why.
 */
export function useSamplePush(
  sample: Sample,
  onReady: (vm: Vm, reference: string) => void,
): (step: MinuteStep) => void {
  const client = useClient();
  async function make(step: MinuteStep): Promise<void> {
    const made = await sample.make();
    if (made === null || made.address === null) return;
    const { vms } = await client.call('vms.list', null);
    const vm = vms.find(({ id }) => id === SAMPLE_VM_ID);
    if (vm !== undefined) onReady(vm, suggestedReference(step, made.address));
  }
  return (step) => void make(step);
}
