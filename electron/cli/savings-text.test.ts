import { describe, expect, it } from 'vitest';
import type { Savings, SavingsRow, SavingsSums } from '../../shared/models/savings.ts';
import { savingsRow } from '../../test/fixtures/savings-row.ts';
import { savingsText } from './savings-text.ts';

const SUMS: SavingsSums = {
  jobs: 3,
  pushed: 100e9,
  present: 60e9,
  mounted: 20e9,
  duplicate: 11e9,
  uploaded: 9e9,
  sent: 9e9,
  notSent: 91e9,
  notStored: 91e9,
  read: 30e9,
  encoded: 15e9,
  notRead: 120e9,
  notEncoded: 135e9,
  notSentByTart: 20e9,
  counterfactual: { read: 150e9, encoded: 150e9, sent: 29e9, seconds: 700 },
  savedSeconds: 324,
};
const row = (name: string, more: Partial<SavingsRow> = {}): SavingsRow => savingsRow(SUMS, name, more);
const SAVINGS: Savings = {
  filter: { sinceMs: null, untilMs: null, registry: null, bucket: 'week' },
  firstMs: 0,
  totals: { ...SUMS, pushes: 2, copies: 1, requests: { head: 41, mount: 7, upload: 9, manifest: 6 } },
  overTime: [],
  byRegistry: [row('ghcr.io', { registry: 'ghcr.io' })],
  byRepository: [],
  byVm: Array.from({ length: 21 }, (_, at) => row(`vm-${String(at)}`, { notRead: -5e6, savedSeconds: null })),
  byImage: [row('acme/macos:14 +1', { registry: 'ghcr.io', repository: 'acme/macos' })],
};

describe('a report on the terminal', () => {
  it('has both figures with their parts, then a table by registry, VM and image', () => {
    const lines = savingsText(SAVINGS).split('\n');
    expect(lines.slice(0, 11)).toEqual([
      "Saved against tart push  ~ 5 min 24 s at this machine's measured rates",
      '  not read               120.0 GB of 150.0 GB',
      '  not encoded            135.0 GB of 150.0 GB',
      '  not sent               20.0 GB of 29.0 GB',
      'Not sent                 91.0 GB of 100.0 GB (91 %)',
      '  present                60.0 GB',
      '  mounted                20.0 GB',
      '  duplicate              11.0 GB',
      'Not stored again         91.0 GB',
      'Sent                     9.0 GB in 2 pushes and 1 copy',
      'Requests                 HEAD 41, mount 7, upload 9, manifest 6',
    ]);
    expect(lines.slice(12, 16)).toEqual([
      'Registry  Jobs    Pushed    Sent  Not sent  Not read          Time',
      'ghcr.io      3  100.0 GB  9.0 GB   91.0 GB  120.0 GB  ~ 5 min 24 s',
      '',
      'VM     Jobs    Pushed    Sent  Not sent  Not read  Time',
    ]);
    expect(lines.filter((line) => line.startsWith('vm-'))).toHaveLength(20);
    expect(lines).toContain('and 1 more');
    expect(lines.find((line) => line.startsWith('vm-0'))).toMatch(/-5\.0 MB$/);
    expect(lines.at(-1)).toMatch(/^ghcr\.io\/acme\/macos:14 \+1 /);
  });

  it('has no requests of a registry alone: a job counts them as a whole', () => {
    const filter = { ...SAVINGS.filter, registry: 'ghcr.io' };
    const text = savingsText({ ...SAVINGS, filter, totals: { ...SAVINGS.totals, requests: null } });
    expect(text).toContain('Sent                     9.0 GB');
    expect(text).not.toContain('Requests');
  });

  it('says so when there was nothing', () => {
    expect(savingsText({ ...SAVINGS, totals: { ...SAVINGS.totals, jobs: 0 } })).toBe(
      'Nothing was pushed or copied in this time.',
    );
  });
});
