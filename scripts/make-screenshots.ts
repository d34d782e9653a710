// `npm run screenshots`: pictures of the dashboard for README and docs. A street that does not exist is received live, on
// top of four weeks that are made up; Debian's chromium draws the pages.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type Population, populate } from '../src/synth/meter.js';
import { Random } from '../src/synth/random.js';
import { startBrowser } from '../test/http/browser.js';

const ERTD = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));
const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const [AIR, WEB] = ['127.0.0.1:14912', '127.0.0.1:14980'];
const ZONE = 'America/New_York';
const SEED = 3;
const STREET = {
  meters: 12,
  firstId: 10_000_001,
  class: 'mix',
  relayedShare: 0.15,
  periodSeconds: { least: 3, most: 8 },
  ebN0Db: { least: 15, most: 30 },
  protocols: ['SCM', 'IDM', 'SCM+', 'R900'],
} as const satisfies Population;
/** Air that goes by before the pictures are taken, ms. */
const LISTEN_MS = 40_000;
const HOUR_MS = 3_600_000;
const HISTORY_MS = 28 * 24 * HOUR_MS;
const STEP_MS = 300_000;
/** Nothing was heard from so long ago on, and for how long, ms. */
const GAP = { agoMs: 75 * HOUR_MS, lengthMs: 7 * HOUR_MS };

/** Meters of the street that are the user's, by their place in it. */
const OWN = [
  { place: 0, name: 'House', unit: 'kWh', scale: '0.001', perHour: 700, shape: [4, 3, 4, 9, 6, 5, 12, 10] },
  { place: 1, name: 'Heating', unit: 'm³', scale: '0.001', perHour: 450, shape: [3, 3, 9, 8, 5, 5, 9, 8] },
  { place: 4, name: 'Water', unit: 'L', scale: '0.1', perHour: 150, shape: [0, 0, 10, 6, 4, 3, 9, 4] },
] as const;

const CONFIG = `
[usage]
zone = "${ZONE}"
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

/** What rtl_433 would have printed of a meter before its register came to be as it is when the street begins. */
function history({ place, perHour, shape }: (typeof OWN)[number], nowMs: number): string[] {
  const meter = populate(STREET, new Random(SEED).int32())[place]!;
  const random = new Random(place + 1);
  let counts = meter.register.first;
  const lines: string[] = [];
  for (let agoMs = 60_000; agoMs < HISTORY_MS; agoMs += STEP_MS) {
    const date = new Date(nowMs - agoMs);
    if (agoMs < GAP.agoMs - GAP.lengthMs || agoMs > GAP.agoMs)
      lines.push(lineOf(date, meter, Math.round(counts)));
    const hour = Number(
      new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone: ZONE }).format(date),
    );
    const share = shape[Math.floor(hour / 3)]! / 6;
    counts -= perHour * share * random.uniform(0.3, 1.7) * (STEP_MS / HOUR_MS);
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

/** Runs ertd until it ends, or has said something. @returns what ends it */
function ertd(args: readonly string[], until?: RegExp): Promise<() => Promise<void>> {
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
      if (until?.test(said)) resolve(end);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', (status) => (status === 0 ? resolve(end) : reject(new Error(said))));
  });
}

/** @param height of the part of the page that is shown */
async function picture(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: page.viewportSize()!.width, height });
  const path = join(DOCS, `${name}.png`);
  await page.screenshot({ path });
  console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`);
}

async function pictures(browser: Browser): Promise<void> {
  const look = { locale: 'en-US', timezoneId: ZONE, colorScheme: 'light' } as const;
  const page = await browser.newPage({ ...look, viewport: { width: 1100, height: 700 } });
  await page.goto(`http://${WEB}/#/radio`);
  await page.waitForTimeout(LISTEN_MS);
  await picture(page, 'dashboard-radio', 660);
  await page.goto(`http://${WEB}/#/`);
  await page
    .locator('.card')
    .nth(OWN.length - 1)
    .waitFor();
  await picture(page, 'dashboard-home', 345);
  await page.goto(`http://${WEB}/#/meter/ert-${STREET.firstId}`);
  await page.locator('.chart canvas').waitFor();
  await page.locator('.heat').waitFor();
  await picture(page, 'dashboard-meter', 860);
  const phone = await browser.newPage({
    ...look,
    colorScheme: 'dark',
    viewport: { width: 390, height: 760 },
  });
  await phone.goto(`http://${WEB}/#/`);
  await phone
    .locator('.card')
    .nth(OWN.length - 1)
    .waitFor();
  await picture(phone, 'dashboard-phone', 690);
}

const folder = mkdtempSync(join(tmpdir(), 'ertd-pictures-'));
const [config, log, db] = ['ertd.toml', 'rtl_433.jsonl', 'ertd.db'].map((name) => join(folder, name));
const ends: (() => Promise<void>)[] = [];
try {
  writeFileSync(config!, CONFIG);
  const nowMs = Date.now();
  writeFileSync(log!, OWN.flatMap((own) => history(own, nowMs)).join('\n'));
  await ertd(['import', log!, '--db', db!, '--config', config!]);
  const { meters, periodSeconds, ebN0Db, protocols } = STREET;
  const street = ['--meters', String(meters), '--period', `${periodSeconds.least}..${periodSeconds.most}`];
  const sound = ['--snr', `${ebN0Db.least}..${ebN0Db.most}`, '--protocols', protocols.join(',')];
  const air = ['--hop', '912.2M..913M', '--seed', String(SEED)];
  ends.push(await ertd(['synth', 'serve', AIR, ...street, ...sound, ...air], /./));
  const radio = ['--source', `rtltcp://${AIR}`, '--rate', '1024000', '--center', '912600000'];
  const kept = ['--db', db!, '--unknown', 'store', '--commit-interval', '1s', '--output', 'none'];
  ends.push(
    await ertd(['run', '--config', config!, ...radio, ...kept, '--http', WEB], /The dashboard is at/),
  );
  const browser = await startBrowser();
  ends.push(() => browser.close());
  await pictures(browser);
} finally {
  for (const end of ends.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
}
