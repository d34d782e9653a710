import { type Statement, type StatementRequest, statementOf } from '../readings/statement.js';
import { HOUR_MS } from '../readings/time-grid.js';
import type { RegisterInfo, UsageReader } from './sqlite-usage.js';

/** The statement of a register, from the readings that a database has of it. */
export function registerStatement(
  reader: UsageReader,
  info: RegisterInfo,
  request: Pick<StatementRequest, 'fromMs' | 'untilMs' | 'zone' | 'tariffs'>,
): Statement {
  const { meter, register, modulus, scale, former } = info;
  const points = reader.points(info, request.fromMs - HOUR_MS, request.untilMs + HOUR_MS);
  return statementOf({ ...request, meter, register, dial: { modulus, scale, former }, points });
}
