import type { z } from '@hono/zod-openapi';
import type {
  CandidateSchema,
  EventSchema,
  MeterSchema,
  ReadingSchema,
  SettingSchema,
  StatementSchema,
  StatusSchema,
  SurveySchema,
  SuspectSchema,
  TotalsSchema,
  UsageSchema,
} from '../schemas.js';

export type Status = z.infer<typeof StatusSchema>;
export type Receiver = Status['receivers'][number];
export type Meter = z.infer<typeof MeterSchema>;
export type Candidate = z.infer<typeof CandidateSchema>;
export type Endpoint = Meter['endpoints'][number];
export type Usage = z.infer<typeof UsageSchema>;
export type Interval = Usage['intervals'][number];
export type Statement = z.infer<typeof StatementSchema>;
export type Bill = Statement['bills'][number];
export type Totals = z.infer<typeof TotalsSchema>;
export type MeterReading = z.infer<typeof ReadingSchema>;
export type HouseEvent = z.infer<typeof EventSchema>;
export type BandSurvey = z.infer<typeof SurveySchema>;
export type Suspect = z.infer<typeof SuspectSchema>;
export type Setting = z.infer<typeof SettingSchema>;
export type Commodity = Meter['commodity'];
export type Unit = NonNullable<Meter['unit']>;
export type UsageLength = Usage['length'];

/** What an answer said that was none. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    throw new ApiError(0, 'The daemon does not answer.');
  });
  if (response.status === 204) return undefined as Answer;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as Answer;
  const said = body !== null && typeof body === 'object' && 'error' in body ? String(body.error) : '';
  throw new ApiError(response.status, said || `The daemon answers with ${response.status}.`);
}

function change<Answer>(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<Answer> {
  return ask(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

export const api = {
  status: () => ask<Status>('/status'),
  meters: () => ask<{ meters: Meter[]; hidden: number }>('/meters'),
  add: (meter: { readonly id: string; readonly name: string }) => change('POST', '/meters', meter),
  find: (dials: readonly string[], commodity: string) =>
    ask<{ candidates: Candidate[]; heard: number }>(
      `/meters/find?${new URLSearchParams([
        ...dials.map((dial) => ['dial', dial]),
        ...(commodity === '' ? [] : [['commodity', commodity]]),
      ])}`,
    ),
  found: (one: {
    readonly candidate: string;
    readonly name: string;
    readonly dial?: string | undefined;
    readonly unit?: string | undefined;
  }) => change<{ key: string }>('POST', '/meters/found', one),
  usage: (key: string, length: UsageLength, fromMs: number, toMs: number, register: string) =>
    ask<Usage>(
      `/meters/${key}/usage?${new URLSearchParams({ length, from: String(fromMs), to: String(toMs), register })}`,
    ),
  statements: async (key: string, fromMs: number, toMs: number) =>
    (await ask<{ statements: Statement[] }>(`/meters/${key}/statement?from=${fromMs}&to=${toMs}`)).statements,
  totals: (key: string, by: Totals['by'], fromMs: number, toMs: number) =>
    ask<Totals>(`/meters/${key}/totals?by=${by}&from=${fromMs}&to=${toMs}`),
  readings: async (key: string, limit: number) =>
    (await ask<{ readings: MeterReading[] }>(`/meters/${key}/readings?limit=${limit}`)).readings,
  events: async (meter?: string) =>
    (
      await ask<{ events: HouseEvent[] }>(
        `/events/past?limit=100${meter === undefined ? '' : `&meter=${meter}`}`,
      )
    ).events,
  survey: () => ask<BandSurvey>('/survey'),
  quarantine: () => ask<{ suspects: Suspect[]; hidden: number }>('/quarantine'),
  decide: (id: number, decision: 'accept' | 'drop') => change('POST', `/quarantine/${id}`, { decision }),
  name: (key: string, name: string) => change('POST', `/meters/${key}/name`, { name }),
  settings: async () => (await ask<{ settings: Setting[] }>('/config')).settings,
  login: (password: string) => change('POST', '/login', { password }),
  logout: () => change('POST', '/logout', {}),
};
