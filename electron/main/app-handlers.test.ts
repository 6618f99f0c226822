import { describe, expect, it } from 'vitest';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { createAppHandlers } from './app-handlers.ts';

describe('methods of the host', () => {
  it('show only folders of listed VMs', async () => {
    const shown: string[] = [];
    const list = { tartHome: '/t', places: [], vms: [{ id: 'vm:a', folder: '/t/vms/a' }], volume: null, readMs: 0 };
    const handlers = createAppHandlers({
      // Only the list is asked, and only these members of a VM are read.
      engine: { 'vms.list': () => Promise.resolve(list) } as unknown as Handlers<EngineMethodName>,
      info: () => ({ version: '1', platform: 'linux', systemLanguage: 'en', windowControls: 'right' }),
      listening: () => undefined,
      showFolder: (folder) => void shown.push(folder),
      chooseFolder: () => Promise.resolve(null),
      chooseArchive: () => Promise.resolve(null),
      chooseArchiveTarget: () => Promise.resolve(null),
      chooseReportTarget: () => Promise.resolve(null),
      copyText: () => undefined,
    });
    const { signal } = new AbortController();
    await handlers['app.revealVm']({ vmId: 'vm:a' }, signal);

    await expect(handlers['app.revealVm']({ vmId: '/etc' }, signal)).rejects.toMatchObject({ code: 'vm.notFound' });
    expect(shown).toEqual(['/t/vms/a']);
  });
});
