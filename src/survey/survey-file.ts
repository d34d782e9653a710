import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type KeptSurvey, keptSurveySchema } from './kept-survey.js';
import type { SurveyReport } from './report.js';

/** Where the latest survey is kept: beside the database, for the dashboard. */
export function surveyFileOf(databasePath: string): string {
  return join(dirname(databasePath), 'survey.json');
}

/** Keeps a survey in the place of the one before, in one step. @throws what writing throws */
export function keepSurvey(file: string, report: SurveyReport, endedMs: number): void {
  const { meters, best, ...rest } = report;
  const kept = keptSurveySchema.parse({
    ...rest,
    ...{ endedMs, meters: meters.length, best: { ...best, meters: best.meters.length } },
  });
  const fresh = `${file}.new`;
  writeFileSync(fresh, `${JSON.stringify(kept)}\n`, { mode: 0o644 });
  chmodSync(fresh, 0o644);
  renameSync(fresh, file);
}

/** The latest survey; null where there is none, or the file is of another version. */
export function readSurvey(file: string): KeptSurvey | null {
  try {
    return keptSurveySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
