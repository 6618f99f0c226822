import { z } from 'zod';
import { savingsFilterSchema, savingsSchema } from './savings.ts';
import { imageSharingSchema, registryImagesSchema } from './sharing.ts';

/** The forms that a report is written in. */
export const reportFormatSchema = z.enum(['csv', 'json', 'html']);

/** Which report is written, and how. */
export const reportRequestSchema = savingsFilterSchema.extend({
  format: reportFormatSchema,
  /** Of the words of an HTML report; the others have none. */
  language: z.enum(['en', 'zh-CN']).default('en'),
});

/** A report as JSON: `tartan report --json`, and what the CSV and HTML forms are made of. */
export const reportDocumentSchema = z.object({
  /** When it was made, ms since the epoch. */
  madeMs: z.number(),
  savings: savingsSchema,
  /** What fills the registries of the filter now. */
  images: registryImagesSchema,
  /** Which of the largest images share how much. */
  sharing: imageSharingSchema,
});

/** A form that a report is written in. */
export type ReportFormat = z.infer<typeof reportFormatSchema>;
/** Which report is written, and how. */
export type ReportRequest = z.infer<typeof reportRequestSchema>;
/** A report. */
export type ReportDocument = z.infer<typeof reportDocumentSchema>;
