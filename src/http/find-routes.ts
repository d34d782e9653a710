import { createHmac, randomBytes } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Fault } from '../errors.js';
import { calibrate } from '../readings/calibration.js';
import { type Decimal, decimalsOf, parseDecimal } from '../readings/decimal.js';
import { type EndpointKey, idOf } from '../readings/endpoint.js';
import type { Unit } from '../readings/entry.js';
import type { Candidate, DialClue } from '../readings/find/clue.js';
import { isShownBy } from '../readings/find/dial-clue.js';
import { type RankedMeter, rankMeters } from '../readings/find/rank-meters.js';
import { meaningsOf } from '../readings/meaning.js';
import type { Scale } from '../readings/scale.js';
import { readOwnMeters, writeOwnMeter } from '../sinks/sqlite-own-meters.js';
import { type Bindings, remoteAddressOf } from './guard.js';
import { type GuessLimiter, tooManyGuesses } from './guess-limiter.js';
import type { House } from './house.js';
import { namedMeter } from './meter-routes.js';
import { CandidateSchema, ErrorSchema, json, MeterUnit, REFUSALS } from './schemas.js';

/** Candidates of one answer; and of those that may not be shown, whose register the dial has to show. */
const MOST = 12;
const MOST_HIDDEN = 3;
/** A dial that shows fewer digits fits too many meters to tell of those that may not be shown. */
const LEAST_DIGITS = 4;
/** A dial that was read longer ago tells nothing of them either: nobody stands before it, ms. */
const FRESH_MS = 5 * 60_000;
/** All that is said of them: what is known of a register would give it away to who guesses. */
const HIDDEN_REASON = 'its register is what the dial shows';
const MOST_DIALS = 20;

/** Handles are good as long as the daemon runs, and tell nobody anything. */
const HANDLE_KEY = randomBytes(32);

const Dial = z.string().trim().max(40);

const find = createRoute({
  method: 'get',
  path: '/api/v1/meters/find',
  summary: 'Which of the meters that are heard is mine? By what its dial shows, and what it counts',
  request: {
    query: z.object({
      dial: z
        .union([Dial.transform((one) => [one]), z.array(Dial).max(MOST_DIALS)])
        .default([])
        .openapi({
          description: 'What the dial shows now, or TIME=… for when it did, ms since 1970; may come again.',
          example: '12345.6',
        }),
      commodity: z.enum(['electric', 'gas', 'water']).optional(),
    }),
  },
  responses: {
    200: json(
      z.object({
        candidates: z.array(CandidateSchema),
        heard: z.number().openapi({ description: 'Meters that it may be, shown or not.' }),
      }),
      'The best first. Of meters that may not be shown those only whose register a dial of four digits or more shows now, without ID and register.',
    ),
    429: json(ErrorSchema, 'Too many guesses at meters that may not be shown.'),
    ...REFUSALS,
  },
});

const take = createRoute({
  method: 'post',
  path: '/api/v1/meters/found',
  summary: 'It is this one: names a candidate, and finds its scale where dial and unit are told',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            candidate: z.string().max(60),
            name: z.string().trim().min(1).max(60),
            dial: Dial.optional(),
            unit: MeterUnit.optional(),
          }),
        },
      },
    },
  },
  responses: {
    200: json(z.object({ key: z.string() }), 'From now on it is yours.'),
    404: json(ErrorSchema, 'There is no such candidate any more.'),
    ...REFUSALS,
  },
});

/** Helps a user to find out which meter is theirs. */
export function addFindRoutes(app: OpenAPIHono<Bindings>, house: House, limiter: GuessLimiter): void {
  app.openapi(find, (context) => {
    const { dial, commodity = null } = context.req.valid('query');
    const nowMs = Date.now();
    const dials = dial.map((text) => dialOf(text, nowMs)).sort((one, other) => one.timeMs - other.timeMs);
    const { candidates } = house.heard;
    const known = house.showsUnknown ? dials : dials.slice(-1).filter((one) => isTelling(one, nowMs));
    if (!house.showsUnknown && known.length > 0) {
      const waitMs = limiter.take(remoteAddressOf(context), nowMs, String(known[0]?.value));
      if (waitMs > 0) return context.json(tooManyGuesses(context, waitMs), 429);
    }
    const ranked = rankMeters(candidates.filter(isNameable), { commodity, dials: known, load: null });
    const shown = house.showsUnknown
      ? ranked.slice(0, MOST)
      : ranked.filter((one) => isToldOf(one.candidate, known[0])).slice(0, MOST_HIDDEN);
    return context.json(
      { candidates: shown.map((one) => viewOf(one, house)), heard: candidates.length },
      200,
    );
  });
  app.openapi(take, (context) => {
    const { candidate, name, dial, unit } = context.req.valid('json');
    const found = house.heard.candidates.find(({ key }) => handleOf(key) === candidate);
    if (found === undefined)
      return context.json({ error: 'There is no such candidate any more; look again.' }, 404);
    const scale =
      dial === undefined || unit === undefined ? null : scaleBy(parseDecimal(dial), unit, found.key, house);
    house.change((db) => {
      const meter = namedMeter(readOwnMeters(db), found.key, name);
      writeOwnMeter(db, { ...meter, scale: scale ?? meter.scale });
    });
    return context.json({ key: found.key }, 200);
  });
}

/** `12345.6`, or `1700000000000=12345.6`. @throws Fault `USAGE` */
function dialOf(text: string, nowMs: number): DialClue {
  const [, time, shown = ''] = /^(?:(\d{1,15})=)?(.*)$/.exec(text) ?? [];
  const dial = parseDecimal(shown);
  const timeMs = time === undefined ? nowMs : Number(time);
  if (timeMs > nowMs) throw new Fault('USAGE', `"${text}" is of a time that has not come yet.`);
  return { timeMs, value: Number(dial), resolution: 10 ** -decimalsOf(dial) };
}

/** One that is kept under a pseudonym could be given a name, but would never be known by it. */
function isNameable({ key }: Candidate): boolean {
  return idOf(key) < 2 ** 32;
}

/** Of a meter that may not be shown, who reads its dial is told what they have before their eyes, and no more. */
function isToldOf(candidate: Candidate, dial: DialClue | undefined): boolean {
  return dial !== undefined && isShownBy(candidate, dial);
}

function isTelling({ timeMs, value, resolution }: DialClue, nowMs: number): boolean {
  return nowMs - timeMs <= FRESH_MS && value / resolution >= 10 ** (LEAST_DIGITS - 1);
}

function viewOf({ candidate, probability, reasons }: RankedMeter, { showsUnknown }: House) {
  const { key, commodity, snrDb } = candidate;
  return {
    ...{ candidate: handleOf(key), key: showsUnknown ? key : null, commodity, snrDb, probability },
    reasons: showsUnknown ? [...reasons] : [HIDDEN_REASON],
  };
}

function handleOf(key: EndpointKey): string {
  return createHmac('sha256', HANDLE_KEY).update(key).digest('base64url').slice(0, 20);
}

/** Null where the dial does not tell: the meter then says counts, until its owner knows more. */
function scaleBy(dial: Decimal, unit: Unit, key: EndpointKey, { heard }: House): Scale | null {
  const latest = heard.latest(key);
  if (latest === null || latest.consumption === null) return null;
  const { consumption: counts, commodity, protocol, type } = latest;
  try {
    return calibrate({ counts, dial, unit, commodity, meanings: meaningsOf(protocol, type) }).scale;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
