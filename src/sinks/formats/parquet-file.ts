import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, CellList, CellObject } from '../layout.js';

/** What a column holds; any of them may be null. */
export type ParquetType = 'text' | 'whole' | 'number' | 'boolean' | 'time' | 'json';

const BASIC_TYPES = {
  text: 'STRING',
  whole: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  json: 'JSON',
} as const;

/** Rows are encoded so many at a time: a history of years does not fit in memory. */
const ROW_GROUP = 50_000;

type Value = Cell | CellList | CellObject | undefined;

/** A Parquet file that rows are added to. */
export class ParquetFile {
  readonly #columns: readonly (readonly [name: string, type: ParquetType])[];
  readonly #writer: ParquetWriter;
  readonly #rowGroup: number;
  #rows: Readonly<Record<string, Value>>[] = [];

  /** Makes the file, or empties it. @throws a system error where it cannot */
  constructor(path: string, columns: Readonly<Record<string, ParquetType>>, rowGroup = ROW_GROUP) {
    this.#rowGroup = rowGroup;
    this.#columns = Object.entries(columns);
    const schema = schemaFromColumnData({ columnData: this.#columnData([]) });
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'ertd' });
  }

  async add(row: Readonly<Record<string, Value>>): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length >= this.#rowGroup) await this.#flush();
  }

  async finish(): Promise<void> {
    if (this.#rows.length > 0) await this.#flush();
    await this.#writer.finish();
  }

  async #flush(): Promise<void> {
    const rows = this.#rows.splice(0);
    await this.#writer.write({ columnData: this.#columnData(rows), rowGroupSize: this.#rowGroup });
  }

  #columnData(rows: readonly Readonly<Record<string, Value>>[]) {
    return this.#columns.map(([name, type]) => ({
      name,
      type: BASIC_TYPES[type],
      data: rows.map((row) => encodable(row[name], type)),
    }));
  }
}

function encodable(value: Value, type: ParquetType): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'whole') return BigInt(Number(value));
  return type === 'time' ? new Date(String(value)) : value;
}
