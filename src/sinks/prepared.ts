import type { Database, Statement } from 'better-sqlite3';

const known = new WeakMap<Database, Map<string, Statement>>();

/**
 * A statement of a database, compiled when it is first asked for: what is asked over and over again would spend more time
 * on that than on the answer.
 * Whoever asks has the same one: how it answers (`pluck`, `raw`) stays as it is.
 * @param sql one of the fixed texts of the program: each is kept as long as the database is open
 */
export function prepared<Parameters extends unknown[], Row>(
  db: Database,
  sql: string,
): Statement<Parameters, Row> {
  const statements = known.get(db) ?? new Map<string, Statement>();
  known.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement as Statement<Parameters, Row>;
}
