import type { Transaction } from './transaction.js';

/** A column: its name, its type, and what a row has there. */
export type Columns<Row> = Readonly<Record<string, readonly [type: string, value: (row: Row) => unknown]>>;

/**
 * Inserts all rows by one statement.
 * @param conflict what follows `ON CONFLICT`
 */
export function insertRows<Row>(
  transaction: Transaction,
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  conflict: string,
): void {
  if (rows.length === 0) return;
  const entries = Object.entries(columns);
  const names = entries.map(([name]) => `"${name}"`).join(', ');
  const arrays = entries.map(([, [type]], index) => `$${index + 1}::${type}[]`).join(', ');
  const values = entries.map(([, [, value]]) => rows.map(value));
  transaction.send(
    `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ON CONFLICT ${conflict}`,
    values,
  );
}
