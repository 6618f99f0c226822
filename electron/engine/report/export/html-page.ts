import type { ReportRequest } from '../../../../shared/models/report.ts';
import { PATTERNS } from './html-charts.ts';
import { escaped } from './markup.ts';
import { REPORT_STYLE } from './report-style.ts';

/** A page that needs nothing beside it: no script, no font, no request; light and dark as the reader has it. Parts are markup. */
export function htmlPage(language: ReportRequest['language'], title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(`Tartan: ${title}`)}</title>
<style>
${REPORT_STYLE}</style>
</head>
<body>
${PATTERNS}
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}
