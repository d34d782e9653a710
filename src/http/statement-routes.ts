import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { toldOf } from '../readings/interval-feed.js';
import type { Statement } from '../readings/statement.js';
import { registerStatement } from '../sinks/register-statement.js';
import type { RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import { PERIODS, type PeriodUsage, peakDemandOf, periodEnds, periodsUsage } from '../sinks/usage-period.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { Key, Moment, NOT_FOUND, unknown } from './meter-routes.js';
import {
  json,
  REFUSALS,
  RegisterInfoSchema,
  RegisterName,
  StatementSchema,
  TotalsSchema,
} from './schemas.js';
import { checkLength, usageReaderOf } from './usage-routes.js';

/** A statement looks at each reading, totals at the sums of days. */
const MOST_STATEMENT_DAYS = 366;
const MOST_TOTALS_DAYS = 3660;

const registers = createRoute({
  method: 'get',
  path: '/api/v1/meters/{key}/registers',
  summary: 'The registers of a meter: what they count, and since when',
  request: { params: z.object({ key: Key }) },
  responses: {
    200: json(z.object({ registers: z.array(RegisterInfoSchema) }), 'By name.'),
    ...REFUSALS,
    ...NOT_FOUND,
  },
});

const statement = createRoute({
  method: 'get',
  path: '/api/v1/meters/{key}/statement',
  summary: 'Opening and closing read, what was used between them, and what that costs by each tariff',
  request: { params: z.object({ key: Key }), query: z.object({ from: Moment, to: Moment }) },
  responses: {
    200: json(z.object({ statements: z.array(StatementSchema) }), 'One of each register heard meanwhile.'),
    ...REFUSALS,
    ...NOT_FOUND,
  },
});

const totals = createRoute({
  method: 'get',
  path: '/api/v1/meters/{key}/totals',
  summary: 'What was used each day, month or bill, and the highest demand in it',
  request: {
    params: z.object({ key: Key }),
    query: z.object({
      by: z.enum(PERIODS).default('day'),
      from: Moment,
      to: Moment,
      register: RegisterName.default('consumption'),
    }),
  },
  responses: { 200: json(TotalsSchema, 'Periods that something is known of.'), ...REFUSALS, ...NOT_FOUND },
});

/** What a meter has for bills. */
export function addStatementRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(registers, (context) => {
    const { key } = context.req.valid('param');
    const reader = usageReaderOf(house, key);
    if (reader === null) return context.json(unknown(key), 404);
    return context.json({ registers: reader.registers(key).map((one) => registerView(reader, one)) }, 200);
  });
  app.openapi(statement, (context) => {
    const { key } = context.req.valid('param');
    const { from, to } = context.req.valid('query');
    checkLength(from, to, MOST_STATEMENT_DAYS);
    const reader = usageReaderOf(house, key);
    if (reader === null) return context.json(unknown(key), 404);
    const statements = reader.registers(key).flatMap((one) => statementView(reader, one, from, to, house));
    return context.json({ statements }, 200);
  });
  app.openapi(totals, (context) => {
    const { key } = context.req.valid('param');
    const { by, from, to, register } = context.req.valid('query');
    checkLength(from, to, MOST_TOTALS_DAYS);
    const reader = usageReaderOf(house, key);
    const found = reader?.registers(key).find((one) => one.register === register);
    if (reader === null || found === undefined) return context.json(unknown(key), 404);
    const ends = from < to ? periodEnds(reader, found, by, from, to, house.usage) : [];
    const periods = periodsUsage(reader, found, ends, house.usage);
    const view = periods.map((usage) => totalView(usage, found, house));
    return context.json({ key, register, by, unit: found.scale?.unit ?? null, periods: view }, 200);
  });
}

function registerView(reader: UsageReader, info: RegisterInfo) {
  const { firstMs = null, lastMs = null } = reader.span(info) ?? {};
  return { register: info.register, modulus: info.modulus, scale: info.scale, firstMs, lastMs };
}

/** As far as the register was heard: one that goes on is closed at its last reading. */
function statementView(
  reader: UsageReader,
  info: RegisterInfo,
  fromMs: number,
  toMs: number,
  { usage, tariffs }: House,
) {
  const span = reader.span(info);
  if (span === null) return [];
  const untilMs = Math.min(toMs, span.lastMs);
  if (span.firstMs >= untilMs || fromMs >= untilMs) return [];
  const { register, opening, closing, counts, consumption, unit, quality, bills }: Statement =
    registerStatement(reader, info, { fromMs, untilMs, zone: usage.zone, tariffs });
  const view = bills.map((bill) => ({ ...bill, rates: [...bill.rates] }));
  return [
    { register, fromMs, untilMs, opening, closing, counts, value: consumption, unit, quality, bills: view },
  ];
}

function totalView(total: PeriodUsage, register: RegisterInfo, { usage }: House) {
  const { startMs, endMs, isOver, quality } = total;
  const { counts, value } = toldOf({ ...total, quality: 'measured' }, register.scale);
  const demand = peakDemandOf(total, register, usage);
  const peak = demand === null || total.peak === null ? null : { startMs: total.peak.startMs, ...demand };
  return { startMs, endMs, isOver, quality, counts, value, peak };
}
