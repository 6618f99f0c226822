type Cell = string | number | null;

/** A row by its columns; a column that it has not stays empty. */
export type CsvRow = Readonly<Record<string, Cell>>;

/** Rows under one head as a CSV file (RFC 4180); what a spreadsheet would take for a formula is marked as text. */
export function csvText(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => cellText(row[column])).join(','))];
  return `${lines.join('\r\n')}\r\n`;
}

/** Names come from registries and folders: one that begins as a formula does is not to be computed. */
function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(Number.isInteger(cell) ? cell : Number(cell.toFixed(3)));
  const text = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
