import type { ReportDocument } from '../../../../shared/models/report.ts';
import type { SavingsBucket, SavingsRow, SavingsSums } from '../../../../shared/models/savings.ts';
import type { ImageSharing, RegistryImages } from '../../../../shared/models/sharing.ts';
import { type CsvRow, csvText } from './csv-text.ts';

type Row = CsvRow;

/** Columns of every table of the file; a table leaves those empty that it has not. Bytes, but the last three. */
const COLUMNS = [
  'table',
  'name',
  'registry',
  'repository',
  'digest',
  'start',
  'jobs',
  'images',
  'pushed',
  'present',
  'mounted',
  'duplicate',
  'uploaded',
  'sent',
  'not_sent',
  'not_stored',
  'read',
  'not_read',
  'encoded',
  'not_encoded',
  'not_sent_by_tart',
  'tart_read',
  'tart_encoded',
  'tart_sent',
  'counted',
  'stored',
  'unique',
  'shared',
  'shared_layers',
  'tart_seconds',
  'saved_seconds',
] as const;

/**
 * A report as one CSV file (RFC 4180): a column `table` says which table a row belongs to, figures are whole bytes, and what
 * a spreadsheet would take for a formula is marked as text.
 */
export function reportCsv({ savings, images, sharing }: ReportDocument): string {
  const { totals, overTime, byRegistry, byRepository, byVm, byImage } = savings;
  const rows: Row[] = [
    { table: 'total', ...sums(totals) },
    ...overTime.map(stretch),
    ...byRegistry.map((row) => saved('registry', row)),
    ...byRepository.map((row) => saved('repository', row)),
    ...byVm.map((row) => saved('vm', row)),
    ...byImage.map((row) => saved('image', row)),
    ...contents(images),
    ...pairs(sharing),
  ];
  return csvText(COLUMNS, rows);
}

function sums(row: SavingsSums): Row {
  const { counterfactual: tart } = row;
  return {
    jobs: row.jobs,
    pushed: row.pushed,
    present: row.present,
    mounted: row.mounted,
    duplicate: row.duplicate,
    uploaded: row.uploaded,
    sent: row.sent,
    not_sent: row.notSent,
    not_stored: row.notStored,
    read: row.read,
    not_read: row.notRead,
    encoded: row.encoded,
    not_encoded: row.notEncoded,
    not_sent_by_tart: row.notSentByTart,
    tart_read: tart.read,
    tart_encoded: tart.encoded,
    tart_sent: tart.sent,
    tart_seconds: tart.seconds,
    saved_seconds: row.savedSeconds,
  };
}

function stretch({ startMs, ...row }: SavingsBucket): Row {
  return { table: 'time', start: new Date(startMs).toISOString(), ...row };
}

function saved(table: string, row: SavingsRow): Row {
  const { name, registry, repository, digest } = row;
  return { table, name, registry, repository, digest, ...sums(row) };
}

function contents({ registries }: RegistryImages): Row[] {
  return registries.flatMap((registry): Row[] => {
    const { host, images, counted, stored, repositories } = registry;
    return [
      { table: 'stored registry', name: host, registry: host, images, counted, stored },
      ...repositories.flatMap((repository): Row[] => [
        {
          table: 'stored repository',
          name: repository.repository,
          registry: host,
          repository: repository.repository,
          images: repository.images.length,
          counted: repository.counted,
          stored: repository.stored,
        },
        ...repository.images.map(({ digest, tags, packed, unique }) => ({
          table: 'stored image',
          name: tags.length === 0 ? digest : tags.join(' '),
          registry: host,
          repository: repository.repository,
          digest,
          counted: packed,
          unique,
        })),
      ]),
    ];
  });
}

function pairs({ images, pairs: shared }: ImageSharing): Row[] {
  const nameOf = (at: number): string => {
    const image = images[at];
    if (image === undefined) return '';
    const [tag] = image.tags;
    return `${image.registry}/${image.repository}${tag === undefined ? `@${image.digest}` : `:${tag}`}`;
  };
  return shared.map(({ a, b, bytes, layers }) => ({
    table: 'shared by two',
    name: `${nameOf(a)} ${nameOf(b)}`,
    shared: bytes,
    shared_layers: layers,
  }));
}
