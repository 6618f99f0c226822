// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../../../shared/models/report.ts';
import type { SavingsRow, SavingsSums } from '../../../../shared/models/savings.ts';
import { savingsRow } from '../../../../test/fixtures/savings-row.ts';
import { sampleImage, sampleImages } from '../../../../test/fixtures/window/sharing-samples.ts';
import { reportCsv } from './report-csv.ts';
import { reportHtml } from './report-html.ts';
import en from './report-words.en.json' with { type: 'json' };
import zh from './report-words.zh-CN.json' with { type: 'json' };

const DIGEST = `sha256:${'a'.repeat(64)}`;
const SUMS: SavingsSums = {
  jobs: 3,
  pushed: 6000,
  present: 3000,
  mounted: 1500,
  duplicate: 500,
  uploaded: 1000,
  sent: 1000,
  notSent: 5000,
  notStored: 5000,
  read: 9000,
  encoded: 9000,
  notRead: -1000,
  notEncoded: 20_000,
  notSentByTart: 1500,
  counterfactual: { read: 8000, encoded: 29_000, sent: 2500, seconds: 12.34567 },
  savedSeconds: null,
};
const row = (name: string, more: Partial<SavingsRow> = {}): SavingsRow => savingsRow(SUMS, name, more);
const image = (repository: string, tags: string[]): ReportDocument['sharing']['images'][number] => ({
  registry: 'a.io',
  repository,
  digest: DIGEST,
  tags,
  kind: 'tart',
  uploadTime: null,
  packed: 400,
  unique: 100,
});
const REPORT: ReportDocument = {
  madeMs: 1_800_000_000_000,
  savings: {
    filter: { sinceMs: null, untilMs: null, registry: null, bucket: 'week' },
    firstMs: 0,
    totals: { ...SUMS, pushes: 2, copies: 1, requests: { head: 1, mount: 2, upload: 3, manifest: 4 } },
    overTime: [{ startMs: 0, jobs: 3, present: 3000, mounted: 1500, duplicate: 500, uploaded: 1000 }],
    byRegistry: [row('a.io', { registry: 'a.io' })],
    byRepository: [row('b', { registry: 'a.io', repository: 'b' })],
    byVm: [row('=HYPERLINK("http://evil")'), row('<script>alert(1)</script>, "q"')],
    byImage: [],
  },
  images: { registries: [], images: 0, unread: 0, counted: 0, stored: 0 },
  sharing: {
    images: [image('b', ['1']), image('c', [])],
    pairs: [{ a: 0, b: 1, bytes: 200, layers: 7 }],
  },
};

describe('a report as CSV', () => {
  it('has one head, whole bytes, and marks as text what a spreadsheet would compute', () => {
    const [head = '', total = '', ...rows] = reportCsv(REPORT).trimEnd().split('\r\n');
    const columns = head.split(',');
    const at = (line: string, column: string): string | undefined => line.split(',')[columns.indexOf(column)];
    expect(['table', 'pushed', 'not_read', 'tart_seconds', 'saved_seconds'].map((column) => at(total, column))).toEqual(
      ['total', '6000', '-1000', '12.346', ''],
    );
    expect(rows.map((line) => line.split(',').slice(0, 2).join(','))).toEqual([
      'time,',
      'registry,a.io',
      'repository,b',
      `vm,"'=HYPERLINK(""http://evil"")"`,
      'vm,"<script>alert(1)</script>',
      `shared by two,a.io/b:1 a.io/c@${DIGEST}`,
    ]);
  });
});

describe('a report as HTML', () => {
  it('runs nothing, loads nothing, and shows names as they are', () => {
    const document = new DOMParser().parseFromString(reportHtml(REPORT, 'en'), 'text/html');
    const cells = [...document.querySelectorAll('td')].map(({ textContent }) => textContent);
    expect({
      active: document.querySelectorAll('script, link, img, iframe, [src], [href], [onclick]').length,
      remote: /(?:https?:)?\/\/(?!evil)/.test(document.body.innerHTML.replaceAll('http://www.w3.org', '')),
      named: cells.filter((text) => text.includes('script')),
      charts: document.querySelectorAll('svg[role=img]').length,
    }).toEqual({ active: 0, remote: false, named: ['<script>alert(1)</script>, "q"'], charts: 2 });
  });

  it('has no requests of a registry alone: a job counts them as a whole', () => {
    const named = (requests: ReportDocument['savings']['totals']['requests']): string[] => {
      const savings = { ...REPORT.savings, totals: { ...REPORT.savings.totals, requests } };
      const page = new DOMParser().parseFromString(reportHtml({ ...REPORT, savings }, 'en'), 'text/html');
      return [...page.querySelectorAll('dt')].map(({ textContent }) => textContent);
    };
    expect([named(REPORT.savings.totals.requests), named(null)].map((names) => names.includes('Requests'))).toEqual([
      true,
      false,
    ]);
  });

  it('draws what fills the registries: packed sizes as areas, solid what only one image needs, all of it named', () => {
    const all = [
      sampleImage('acme.internal:5000/macos/xcode:16.2', 34.8e9, 6.1e9),
      sampleImage('acme.internal:5000/macos/<b>:14.4', 30.9e9, 2.4e9),
      sampleImage('ghcr.io/acme/sequoia:15.1', 30.6e9, 30.6e9),
      sampleImage('ghcr.io/acme/tiny:1', 12e9, 0),
    ];
    const images = sampleImages(all);
    const page = new DOMParser().parseFromString(reportHtml({ ...REPORT, images }, 'en'), 'text/html');
    const area = (box: Element | null): number =>
      Number(box?.getAttribute('width') ?? 0) * Number(box?.getAttribute('height') ?? 0);
    const cells = [...page.querySelectorAll('g.cell')].map((cell) => {
      const [name, size] = (cell.querySelector('title')?.textContent ?? '').split('\n');
      const image = all.find(({ registry, repository, tags }) => `${registry}/${repository}:${tags.join('')}` === name);
      if (image === undefined) throw new Error(`no image is called ${String(name)}`);
      return { image, size, packed: area(cell.querySelector('.packed')), unique: area(cell.querySelector('.unique')) };
    });
    expect(cells.map(({ size }) => size).toSorted()).toEqual([
      '0 B unique of 12.0 GB',
      '2.4 GB unique of 30.9 GB',
      '30.6 GB unique of 30.6 GB',
      '6.1 GB unique of 34.8 GB',
    ]);
    // At one scale for all of them the areas are the bytes that the table counts, and the solid ones those of one image alone.
    const pixel = images.counted / cells.reduce((sum, { packed }) => sum + packed, 0);
    for (const { image, packed, unique } of cells) {
      expect(Math.abs(packed * pixel - image.packed) / image.packed).toBeLessThan(0.03);
      expect(Math.abs(unique * pixel - (image.unique ?? 0)) / image.packed).toBeLessThan(0.03);
    }
    const rows = [...page.querySelectorAll('tr')].map((line) => [...line.children].map((cell) => cell.textContent));
    expect(rows).toContainEqual(['acme.internal:5000/macos/xcode:16.2', '', '34.8 GB', '6.1 GB', '', '']);
    expect(page.querySelectorAll('b, script, [src], [href]')).toHaveLength(0);
  });

  it('tells the same in both languages, each with all of its words', () => {
    const figures = (language: 'en' | 'zh-CN'): string[] =>
      [...new DOMParser().parseFromString(reportHtml(REPORT, language), 'text/html').querySelectorAll('td.figure')].map(
        ({ textContent }) => textContent,
      );
    expect(figures('zh-CN')).toEqual(figures('en'));
    expect(figures('en')).toContain('−1 kB');
    const places = (words: Record<string, string>): string[] =>
      Object.entries(words).map(([word, text]) => [word, ...(text.match(/\{\{\w+\}\}/g) ?? []).sort()].join(' '));
    expect(places(zh)).toEqual(places(en));
    expect(reportHtml(REPORT, 'zh-CN')).not.toContain('{{');
  });
});
