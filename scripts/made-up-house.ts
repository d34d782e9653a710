import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Population, populate } from '../src/synth/meter.js';
import { Random } from '../src/synth/random.js';

const ERTD = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));
const [AIR, WEB] = ['127.0.0.1:14912', '127.0.0.1:14980'] as const;
export const ZONE = 'America/New_York';
const SEED = 3;
/** What is on the air. */
export const STREET = {
  meters: 12,
  firstId: 10_000_001,
  class: 'mix',
  relayedShare: 0.15,
  periodSeconds: { least: 3, most: 8 },
  ebN0Db: { least: 15, most: 30 },
  protocols: ['SCM', 'IDM', 'SCM+', 'R900'],
} as const satisfies Population;
const HOUR_MS = 3_600_000;
const FOUR_WEEKS_MS = 28 * 24 * HOUR_MS;
/** Nothing was heard from so long ago on, and for how long, ms. */
const GAP = { agoMs: 75 * HOUR_MS, lengthMs: 7 * HOUR_MS };

/** What is known of the meters before anything is received. */
export interface History {
  readonly lengthMs: number;
  /** From one reading to the next. */
  readonly stepMs: number;
}

export const FOUR_WEEKS: History = { lengthMs: FOUR_WEEKS_MS, stepMs: 300_000 };

/** Meters of the street that are the user's, by their place in it. */
export const OWN = [
  { place: 0, name: 'House', unit: 'kWh', scale: '0.001', perHour: 700, shape: [4, 3, 4, 9, 6, 5, 12, 10] },
  { place: 1, name: 'Heating', unit: 'm³', scale: '0.001', perHour: 450, shape: [3, 3, 9, 8, 5, 5, 9, 8] },
  { place: 4, name: 'Water', unit: 'L', scale: '0.1', perHour: 150, shape: [0, 0, 10, 6, 4, 3, 9, 4] },
] as const;

const NOBODYS_CONFIG = `
[usage]
zone = "${ZONE}"
`;

const CONFIG = `${NOBODYS_CONFIG}
${OWN.map(({ place, name, unit, scale }) => `[[meters]]\nid = ${STREET.firstId + place}\nname = "${name}"\nunit = "${unit}"\nscale = "${scale}"`).join('\n')}
[[tariffs]]
name = "home"
meters = ["House"]
unit = "kWh"
currency = "USD"
prices = { peak = "0.32", off-peak = "0.115" }
otherwise = "off-peak"
[[tariffs.periods]]
rate = "peak"
days = ["mon-fri"]
from = "17:00"
until = "21:00"
`;

/** What the dial of a meter of the street shows, in whole units of so many counts, when the street begins. */
export function dialOf(place: number, countsPerUnit: number): string {
  return String(Math.floor(meterAt(place).register.first / countsPerUnit));
}

function meterAt(place: number) {
  return populate(STREET, new Random(SEED).int32())[place]!;
}

/** What rtl_433 would have printed of a meter before its register came to be as it is when the street begins. */
function historyOf(
  { place, perHour, shape }: (typeof OWN)[number],
  { lengthMs, stepMs }: History,
  nowMs: number,
): string[] {
  const meter = meterAt(place);
  const random = new Random(place + 1);
  // Registers are young: in a longer time less was used.
  const pace = Math.min(1, FOUR_WEEKS_MS / lengthMs);
  let counts = meter.register.first;
  const lines: string[] = [];
  for (let agoMs = 60_000; agoMs < lengthMs; agoMs += stepMs) {
    const date = new Date(nowMs - agoMs);
    if (agoMs < GAP.agoMs - GAP.lengthMs || agoMs > GAP.agoMs)
      lines.push(lineOf(date, meter, Math.round(counts)));
    const hour = Number(
      new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone: ZONE }).format(date),
    );
    const share = shape[Math.floor(hour / 3)]! / 6;
    counts -= pace * perHour * share * random.uniform(0.3, 1.7) * (stepMs / HOUR_MS);
  }
  if (counts < 0) throw new Error(`Seed ${SEED} has too young a meter at place ${place}; take another.`);
  return lines.reverse();
}

function lineOf(date: Date, { id, type }: { id: number; type: number }, consumption: number): string {
  const tamper = { physical_tamper: 0, encoder_tamper: 0 };
  const time = date.toISOString();
  return JSON.stringify({
    time,
    model: 'ERT-SCM',
    id,
    ert_type: type,
    ...tamper,
    consumption_data: consumption,
  });
}

interface Running {
  readonly pid: number;
  end(): Promise<void>;
}

/** Runs ertd until it ends, or has said something. */
function ertd(args: readonly string[], until?: RegExp): Promise<Running> {
  const child = spawn(process.execPath, [ERTD, ...args], { env: { ...process.env, TZ: ZONE } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (bytes: Buffer): void => {
      said += bytes;
      if (until?.test(said)) resolve({ pid: child.pid!, end });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', (status) =>
      status === 0 ? resolve({ pid: child.pid!, end }) : reject(new Error(said)),
    );
  });
}

/**
 * A house in a street that does not exist: a daemon that receives it live, on top of a history that is made up, or none
 * of whose meters is known yet.
 */
export class MadeUpHouse {
  readonly url = `http://${WEB}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'ertd-house-'));
  readonly #running: Running[] = [];

  async start(history: History | null): Promise<void> {
    const [config, db] = ['ertd.toml', 'ertd.db'].map((name) => join(this.#folder, name));
    writeFileSync(config!, history === null ? NOBODYS_CONFIG : CONFIG);
    if (history !== null) await this.#import(history, db!, config!);
    const { meters, periodSeconds, ebN0Db, protocols } = STREET;
    const street = ['--meters', String(meters), '--period', `${periodSeconds.least}..${periodSeconds.most}`];
    const sound = ['--snr', `${ebN0Db.least}..${ebN0Db.most}`, '--protocols', protocols.join(',')];
    const air = ['--hop', '912.2M..913M', '--seed', String(SEED)];
    this.#running.push(await ertd(['synth', 'serve', AIR, ...street, ...sound, ...air], /./));
    const radio = ['--source', `rtltcp://${AIR}`, '--rate', '1024000', '--center', '912600000'];
    const unknown = history === null ? 'count' : 'store';
    const kept = ['--db', db!, '--unknown', unknown, '--commit-interval', '1s', '--output', 'none'];
    const run = ['run', '--config', config!, ...radio, ...kept, '--http', WEB];
    this.#running.push(await ertd(run, /The dashboard is at/));
  }

  async #import(history: History, db: string, config: string): Promise<void> {
    const log = join(this.#folder, 'rtl_433.jsonl');
    const nowMs = Date.now();
    writeFileSync(log, OWN.flatMap((own) => historyOf(own, history, nowMs)).join('\n'));
    await ertd(['import', log, '--db', db, '--config', config]);
  }

  /** The daemon's. */
  get pid(): number {
    return this.#running.at(-1)!.pid;
  }

  async end(): Promise<void> {
    for (const one of this.#running.reverse()) await one.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
