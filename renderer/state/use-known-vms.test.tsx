import { screen, waitFor } from '@testing-library/react';
import type { ReactElement } from 'react';
import { expect, it } from 'vitest';
import type { VmList } from '../../shared/models/vm.ts';
import type { VmKnowledge } from '../../shared/models/vm-knowledge.ts';
import { createMemoryHost } from '../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../test/fixtures/window/render-window.tsx';
import { sampleVm } from '../../test/fixtures/window/samples.ts';
import { useKnownVms } from './use-known-vms.ts';

const LIST: VmList = {
  tartHome: '/Users/a/.tart',
  vms: [sampleVm({ id: 'vm:a' }), sampleVm({ id: 'vm:b' })],
  places: [],
  volume: null,
  readMs: 0,
};
const NOTHING: Omit<VmKnowledge, 'vmId' | 'distinct'> = {
  chunkSize: 512 * 1024 ** 2,
  against: null,
  layers: [],
  digestedMs: null,
  places: [],
};

/** Shows how many layers are known of each VM. */
function KnownCounts({ list }: { readonly list: VmList }): ReactElement {
  const known = useKnownVms(list);
  return <p>{list.vms.map(({ id }) => `${id} ${String(known.get(id)?.distinct ?? '-')}`).join(', ')}</p>;
}

prepareTestWindow();

it('what a plan learned of a disk is asked for, of that VM alone', async () => {
  let answers = 0;
  const host = createMemoryHost({
    'vms.known': ({ vmId }) => {
      answers += 1;
      return Promise.resolve({ ...NOTHING, vmId, distinct: answers });
    },
  });
  await renderWindow(host, <KnownCounts list={LIST} />);
  await screen.findByText('vm:a 1, vm:b 2');
  host.emit('vms.digested', { vmId: 'vm:a' });
  await screen.findByText('vm:a 3, vm:b 2');
  await waitFor(() => expect(answers).toBe(3));
});
