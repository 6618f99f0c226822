import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ReportDocument, ReportRequest } from '../../../shared/models/report.ts';
import type { Clock } from '../ports.ts';
import { reportCsv } from './export/report-csv.ts';
import { reportHtml } from './export/report-html.ts';
import { writeWhole } from './export/write-whole.ts';
import type { SavingsBook } from './savings-book.ts';

/** What a report is made of. */
export interface ReportParts {
  readonly book: SavingsBook;
  /** Resolves when all is recorded of the jobs that have ended by now, also of those that were killed. */
  readonly settled: () => Promise<void>;
  readonly sharing: Pick<Handlers<'report.images' | 'report.sharing'>, 'report.images' | 'report.sharing'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Answers what was saved, and writes it down. */
export class ReportService {
  readonly #parts: ReportParts;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  handlers(): Handlers<'report.savings' | 'report.job' | 'report.text' | 'report.export'> {
    const { book, settled } = this.#parts;
    return {
      // A job that is seen to have ended is in the report.
      'report.savings': async (filter) => {
        await settled();
        return await book.savings(filter);
      },
      'report.job': async ({ id }) => {
        await settled();
        const found = await book.find(id);
        if (found === null) throw new AppError('job.notFound', { id });
        return found;
      },
      'report.text': (request, signal) => this.#text(request, signal),
      'report.export': async ({ path, ...request }, signal) => {
        const content = Buffer.from(await this.#text(request, signal));
        await writeWhole(path, content);
        return { path, bytes: content.length };
      },
    };
  }

  async #text({ format, language, ...filter }: ReportRequest, signal: AbortSignal): Promise<string> {
    const { registry } = filter;
    const { book, settled, sharing, clock } = this.#parts;
    await settled();
    const document: ReportDocument = {
      madeMs: clock.now(),
      savings: await book.savings(filter),
      images: await sharing['report.images']({ registry }, signal),
      sharing: await sharing['report.sharing']({ images: null, registry }, signal),
    };
    switch (format) {
      case 'json':
        return `${JSON.stringify(document, null, 2)}\n`;
      case 'csv':
        return reportCsv(document);
      case 'html':
        return reportHtml(document, language);
    }
  }
}
