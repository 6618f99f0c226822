import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { SavingsBook } from './savings-book.ts';

/** Answers what was saved. */
export class ReportService {
  readonly #book: SavingsBook;

  constructor(book: SavingsBook) {
    this.#book = book;
  }

  handlers(): Handlers<'report.savings' | 'report.job'> {
    return {
      'report.savings': (filter) => this.#book.savings(filter),
      'report.job': async ({ id }) => {
        const found = await this.#book.find(id);
        if (found === null) throw new AppError('job.notFound', { id });
        return found;
      },
    };
  }
}
