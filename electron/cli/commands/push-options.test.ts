import { describe, expect, it } from 'vitest';
import { commandName } from '../../../renderer/features/push/push-command.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { findVm } from './push-options.ts';

function listOf(...vms: Vm[]): VmList {
  return { tartHome: '/home/.tart', places: [], vms, volume: null, readMs: 0 };
}

describe('the VM that a command names', () => {
  it('is the person’s own before the sample VM of the same name, and the copied command names the one it was copied from', () => {
    const own: Vm = { ...sampleVm(), id: 'vm:sample', name: 'sample' };
    const sample: Vm = { ...sampleVm(), id: SAMPLE_VM_ID, name: 'sample' };
    const list = listOf(own, sample);

    expect([findVm(list, 'sample'), ...[own, sample].map((vm) => findVm(list, commandName(vm)))]).toEqual([
      'vm:sample',
      'vm:sample',
      SAMPLE_VM_ID,
    ]);
  });

  it('is not found where there is none', () => {
    expect(() => findVm(listOf(), 'sample')).toThrow(expect.objectContaining({ code: 'vm.notFound' }));
  });
});
