import { describe, expect, it } from 'vitest';
import { type CopyRequest, PLAIN_COPY } from '../../../shared/models/copy.ts';
import { copyCommand } from './copy-command.ts';

const ONE = { source: 'ghcr.io/acme/vm:1', targets: ['quay.io/acme/vm:1', 'quay.io/acme/vm:new'] };
const command = (part: Partial<CopyRequest>): string | null =>
  copyCommand({ ...PLAIN_COPY, images: [], repositories: [], ...part });

describe('the command of a copy', () => {
  it('does in a terminal what was done in the window', () => {
    const plain = command({ images: [ONE] });
    const chosen = command({
      repositories: [{ source: 'ghcr.io/acme/vm', targets: ['oci:/a folder'] }],
      existing: 'skip',
      referrers: true,
      insecure: true,
      concurrency: 2,
      force: true,
    });
    expect([plain, chosen]).toEqual([
      'tartan copy ghcr.io/acme/vm:1 quay.io/acme/vm:1 quay.io/acme/vm:new',
      "tartan copy ghcr.io/acme/vm 'oci:/a folder' --all-tags --referrers --skip-existing --insecure --concurrency 2 --force",
    ]);
  });

  it('is not there for several images, which take several commands', () => {
    expect(command({ images: [ONE, { ...ONE, source: 'ghcr.io/acme/vm:2' }] })).toBeNull();
  });
});
