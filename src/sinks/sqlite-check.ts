import type { Database } from 'better-sqlite3';

/** More of one kind are not listed. */
const MOST_PROBLEMS = 20;

/** What is wrong with the file itself, and with what its rows refer to; a sentence each. */
export function problemsOf(db: Database): string[] {
  return [...integrityProblems(db), ...foreignKeyProblems(db)];
}

function integrityProblems(db: Database): string[] {
  const rows = db.pragma(`integrity_check(${MOST_PROBLEMS})`) as { readonly integrity_check: string }[];
  const told = rows.map(({ integrity_check }) => integrity_check);
  return told.length === 1 && told[0] === 'ok' ? [] : told;
}

interface ForeignKey {
  readonly table: string;
  readonly rowid: number | null;
  readonly parent: string;
}

function foreignKeyProblems(db: Database): string[] {
  const rows = db.pragma('foreign_key_check') as ForeignKey[];
  return rows
    .slice(0, MOST_PROBLEMS)
    .map(
      ({ table, rowid, parent }) =>
        `Row ${rowid ?? '?'} of ${table} is of a row of ${parent} that is not there`,
    );
}
