/** How rows are written as text: aligned columns for people, JSON lines or CSV for programs. */
export type RowFormat = 'table' | 'jsonl' | 'csv';

export type Cell = string | number | boolean | null;

/** A list of objects, or an object, which only JSON has. */
export type CellList = readonly Readonly<Record<string, Cell>>[];
export type CellObject = Readonly<Record<string, Cell | readonly Cell[]>>;

/** One column of a table. A text longer than `width` pushes the rest of its line to the right; none is cut. */
export interface Column<Row> {
  readonly title: string;
  /** Characters, without the gap to the next column. */
  readonly width: number;
  readonly align: 'left' | 'right';
  text(row: Row): string;
}

/** What a kind of row looks like in every format. */
export interface Layout<Row> {
  readonly columns: readonly Column<Row>[];
  /** Columns of the CSV, in order; each is a key of `record`. */
  readonly csvNames: readonly string[];
  /** The row as a JSON object, keys in the order they are printed. */
  record(row: Row): Readonly<Record<string, Cell | CellList | CellObject>>;
}

/** Turns rows into lines, each with its line end. */
export interface RowWriter<Row> {
  /** Comes once, before the rows; empty for JSON lines. */
  readonly header: string;
  line(row: Row): string;
}

const GAP = '  ';

/** A writer of rows in the given format. CSV is RFC 4180, so its lines end with CR LF. */
export function rowWriter<Row>(layout: Layout<Row>, format: RowFormat): RowWriter<Row> {
  switch (format) {
    case 'table':
      return { header: tableHeader(layout.columns), line: (row) => tableLine(layout.columns, row) };
    case 'csv':
      return { header: csvLine(layout.csvNames), line: (row) => csvRow(layout, row) };
    case 'jsonl':
      return { header: '', line: (row) => `${JSON.stringify(layout.record(row))}\n` };
  }
}

function tableHeader<Row>(columns: readonly Column<Row>[]): string {
  return alignedLine(columns.map((column) => [column, column.title]));
}

function tableLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  return alignedLine(columns.map((column) => [column, column.text(row)]));
}

function alignedLine<Row>(cells: readonly (readonly [Column<Row>, string])[]): string {
  const texts = cells.map(([{ width, align }, text]) =>
    align === 'left' ? text.padEnd(width) : text.padStart(width),
  );
  return `${texts.join(GAP).trimEnd()}\n`;
}

function csvRow<Row>(layout: Layout<Row>, row: Row): string {
  const record = layout.record(row);
  return csvLine(layout.csvNames.map((name) => scalarOf(record[name])));
}

/** A list is written as the JSON that it is. */
function scalarOf(value: Cell | CellList | CellObject | undefined): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Wall clock for programs: ISO 8601, UTC, with milliseconds. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Wall clock for people: `2026-11-20 10:41:07`, UTC. */
export function tableTime(timeMs: number): string {
  return isoTime(timeMs).slice(0, 19).replace('T', ' ');
}

/** The number with at most this many decimals. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** Frequency for people, MHz to 100 Hz. */
export function megahertz(hz: number): string {
  return (hz / 1e6).toFixed(4);
}
