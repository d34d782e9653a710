import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { prepared } from '../../src/sinks/prepared.js';

const SQL = 'SELECT sum(value) FROM numbers WHERE value > ?';

function numbers(...values: number[]) {
  const db = new Sqlite(':memory:');
  db.exec('CREATE TABLE numbers (value INTEGER)');
  for (const value of values) db.prepare('INSERT INTO numbers VALUES (?)').run(value);
  return db;
}

describe('a prepared statement', () => {
  it('is compiled once for a database, and asks that one', () => {
    const [few, many] = [numbers(1, 2), numbers(1, 2, 3)];
    const ask = (db: Sqlite.Database) => prepared<[number], object>(db, SQL).get(1);
    expect([ask(few), ask(many)]).toEqual([{ 'sum(value)': 2 }, { 'sum(value)': 5 }]);
    expect(prepared(few, SQL)).toBe(prepared(few, SQL));
    expect(prepared(few, SQL)).not.toBe(prepared(many, SQL));
  });

  it('goes on when the tables change', () => {
    const db = numbers(5);
    expect(prepared<[number], object>(db, SQL).get(1)).toEqual({ 'sum(value)': 5 });
    db.exec('ALTER TABLE numbers ADD COLUMN other TEXT; CREATE INDEX by_value ON numbers (value)');
    expect(prepared<[number], object>(db, SQL).get(1)).toEqual({ 'sum(value)': 5 });
  });
});
