/** Text as it may stand in an element or in an attribute's quotes: names come from registries and folders. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A column of a table: figures stand right. */
export interface HtmlColumn<Row> {
  readonly title: string;
  readonly figure?: true;
  cell(row: Row): string;
}

/** A table with its head; what the cells say is escaped. */
export function htmlTable<Row>(columns: readonly HtmlColumn<Row>[], rows: readonly Row[]): string {
  const kind = ({ figure }: HtmlColumn<Row>): string => (figure === true ? ' class="figure"' : '');
  const head = columns.map((column) => `<th scope="col"${kind(column)}>${escaped(column.title)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${columns.map((column) => `<td${kind(column)}>${escaped(column.cell(row))}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
}
