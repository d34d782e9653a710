import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ERT_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import type { KeptSurvey } from '../../src/survey/kept-survey.js';
import { surveyFileOf } from '../../src/survey/survey-file.js';
import { ErtdProcess } from '../ertd-process.js';
import { freePort } from '../free-port.js';
import { LiveAir, RADIO } from '../live-air.js';
import { violationsOf } from './axe.js';
import { HAS_BROWSER, startBrowser } from './browser.js';

/** How long a page may take on a machine that has much else to do, ms. */
const PATIENCE_MS = 20_000;
/** The first view: pages, scripts and styles, as they go over the wire. */
const MOST_BYTES = 150_000;
const [MINE, THEIRS] = [10_000_001, 10_000_009];
const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;
const SECRET = 'swordfish-and-chips';
/** Three days that are over, of another meter. */
const HISTORY = (() => {
  const untilMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
  return { fromMs: untilMs - 72 * HOUR_MS, untilMs };
})();

/** What that meter used in an hour, counts. */
function usedIn(timeMs: number): number {
  return 120 + 12 * (Math.floor(timeMs / HOUR_MS) % 7);
}

/** Packets that come sooner after one another may be one transmission, s of air. */
const APART_S = 2.2;

// Without Debian's chromium there is nothing to look at the pages with.
describe.skipIf(!HAS_BROWSER)('the dashboard in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let folder: string;
  let air: LiveAir;
  let ertd: ErtdProcess;
  let url: string;
  let page: Page;
  const errors: string[] = [];
  let daemon: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ertd-web-'));
    air = new LiveAir();
    const airPort = await air.start();
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const radio = ['--source', `rtltcp://127.0.0.1:${airPort}`, '--rate', String(RADIO.sampleRateHz)];
    daemon = [
      'run',
      ...radio,
      '--db',
      join(folder, 'ertd.db'),
      '--commit-interval',
      '250ms',
      '--http',
      address,
    ];
    await importHistory();
    await startDaemon();
    browser = await startBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => errors.push(error.message));
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await ertd?.end();
    await air?.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  afterEach(() => expect(errors.splice(0)).toEqual([]));

  async function startDaemon(): Promise<void> {
    ertd = new ErtdProcess(daemon, 'pipe', {
      ERTD_READINGS_UNKNOWN: 'store',
      // Each change has a row.
      ERTD_DATABASE_RESOLUTION: '0s',
      ERTD_MQTT_PASSWORD: SECRET,
    });
    await ertd.says(/The dashboard is at/);
  }

  /** What rtl_433 would have printed of a meter that used the hours of {@link usedIn} lately. */
  async function importHistory(): Promise<void> {
    const lines: string[] = [];
    let counts = 5000;
    // An hour is over with the first reading after it.
    for (let ms = HISTORY.fromMs; ms <= HISTORY.untilMs + FIVE_MINUTES_MS; ms += FIVE_MINUTES_MS) {
      const meter = { model: 'ERT-SCM', id: THEIRS, ert_type: 7, physical_tamper: 0, encoder_tamper: 0 };
      lines.push(JSON.stringify({ time: new Date(ms).toISOString(), ...meter, consumption_data: counts }));
      counts += usedIn(ms) / 12;
    }
    const log = join(folder, 'rtl_433.jsonl');
    writeFileSync(log, lines.join('\n'));
    const kept = ['--db', join(folder, 'ertd.db')];
    const importing = new ErtdProcess(['import', log, ...kept], 'pipe', { ERTD_READINGS_UNKNOWN: 'store' });
    expect(await importing.ended, importing.err).toBe(0);
  }

  /** Two packets that agree and are not one transmission: then what they say is believed. */
  async function send(consumption: number): Promise<void> {
    await air.send([MINE], consumption);
    await air.pass(APART_S);
    await air.send([MINE], consumption);
  }

  it('is small, and asks nobody else', async () => {
    const hosts = new Set<string>();
    let bytes = 0;
    page.on('response', async (response) => {
      hosts.add(new URL(response.url()).host);
      const { responseBodySize } = await response
        .request()
        .sizes()
        .catch(() => ({ responseBodySize: 0 }));
      bytes += responseBodySize;
    });
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: 'Let us find your meter' }).waitFor();
    expect([...hosts]).toEqual([new URL(url).host]);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it('leads from the first start to a named meter', async () => {
    await page.goto(`${url}/`);
    await page.getByLabel('Number').fill(`07 ${MINE}`);
    await page.getByLabel('Call it').fill('House <b>&</b>');
    await page.getByRole('button', { name: 'This is mine' }).click();
    await page.getByText('It is yours').waitFor();
    await send(1000);
    await page.getByRole('heading', { name: 'House <b>&</b>' }).waitFor();
    expect(await page.locator('b').count()).toBe(0);
  });

  it('shows what a meter says as it says it', async () => {
    await page.goto(`${url}/`);
    await page.getByText('Reading 1,000').waitFor();
    await send(1001);
    await page.getByText('Reading 1,001').waitFor();
  });

  it('shows a meter with the numbers that the interface has', async () => {
    await send(1002);
    await page.goto(`${url}/#/meter/ert-${MINE}`);
    await page.locator('.chart canvas').waitFor();
    const answer = await fetch(`${url}/api/v1/meters/ert-${MINE}/readings`);
    const { readings } = (await answer.json()) as { readings: { counts: number }[] };
    const counts = readings.map((one) => one.counts);
    expect([...new Set(counts)]).toEqual([1002, 1001, 1000]);
    const csv = await (await fetch(`${url}/api/v1/meters/ert-${MINE}/readings.csv`)).text();
    const rows = csv.split('\r\n').slice(1, -1);
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual(counts.toReversed());
    const cells = page.getByRole('cell', { name: /counts$/ });
    await cells.first().waitFor();
    expect(await cells.allTextContents()).toEqual(counts.map((one) => `${one} counts`));
  });

  it('draws what was used as it was, and as the interface has it', async () => {
    await page.goto(`${url}/#/meter/ert-${THEIRS}`);
    await page.locator('.chart canvas').waitFor();
    const span = `length=1h&from=${HISTORY.fromMs}&to=${HISTORY.untilMs}`;
    const answer = await fetch(`${url}/api/v1/meters/ert-${THEIRS}/usage?${span}`);
    const { intervals } = (await answer.json()) as { intervals: { startMs: number; counts: number }[] };
    expect(intervals.map(({ counts }) => counts)).toEqual(intervals.map(({ startMs }) => usedIn(startMs)));
    const used = intervals.reduce((sum, { counts }) => sum + counts, 0);
    const total = used.toLocaleString('en-US');
    await page.getByText(new RegExp(`: ${total} counts`)).waitFor();
    // What the chart says of the bar below the pointer: its time, and its height.
    const area = (await page.locator('.chart .u-over').boundingBox())!;
    for (const share of [0.65, 0.75, 0.85]) {
      await page.mouse.move(area.x + share * area.width, area.y + area.height / 2);
      const [time, measured] = await page.locator('.chart .u-value').allTextContents();
      const timeMs = Number(
        await page.evaluate(`Date.parse(${JSON.stringify(time)}.replace(/([ap]m)$/, ' $1'))`),
      );
      expect(timeMs).toBeGreaterThan(HISTORY.fromMs);
      expect([time, Number(measured)]).toEqual([time, usedIn(timeMs)]);
    }
  });

  it('sums up by months', async () => {
    await page.getByRole('button', { name: 'Year by months' }).click();
    const from = new Date(new Date().getFullYear(), 0, 1).getTime();
    const totals = `totals?by=month&from=${from}&to=${Date.now()}`;
    const { periods } = (await (await fetch(`${url}/api/v1/meters/ert-${THEIRS}/${totals}`)).json()) as {
      periods: { counts: number }[];
    };
    const used = periods.reduce((sum, { counts }) => sum + counts, 0);
    expect(used).toBeGreaterThan(0);
    const months = new Date().getMonth() + 1;
    const missing = months === periods.length ? '' : `; ${months - periods.length} of ${months} stretches`;
    await page.getByText(`: ${used.toLocaleString('en-US')} counts${missing}`).waitFor();
  });

  it('shows every setting and where it comes from, but no secret', async () => {
    await page.goto(`${url}/#/settings`);
    await page.getByRole('row', { name: /^mqtt\.password "hidden" ERTD_MQTT_PASSWORD/ }).waitFor();
    expect(await page.content()).not.toContain(SECRET);
    expect(await (await fetch(`${url}/api/v1/config`)).text()).not.toContain(SECRET);
  });

  it('is in a terminal too', async () => {
    const top = new ErtdProcess(['top', url, '--once']);
    expect(await top.ended).toBe(0);
    expect(top.out).toMatch(/: receiving\n/);
    expect(top.out).toMatch(/^House <b>&<\/b> +electric +1002 /m);
  });

  it('draws the air with the packets in it', async () => {
    await page.goto(`${url}/#/radio`);
    await page.locator('.waterfall canvas').waitFor();
    await send(1003);
    await page
      .getByRole('cell', { name: String(MINE) })
      .first()
      .waitFor();
    const colours = await page.locator('.waterfall canvas').evaluate((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      const context = (
        canvas as never as {
          getContext(kind: '2d'): { getImageData: (...at: number[]) => { data: Uint8Array } };
        }
      ).getContext('2d');
      return new Set(context.getImageData(0, 0, width, height).data).size;
    });
    expect(colours).toBeGreaterThan(20);
  });

  it('shows the band: the survey, and what has been listened to since', async () => {
    const channels = ERT_CHANNELS_HZ.map((carrierHz, i) => ({
      ...{
        carrierHz,
        seconds: i < 5 ? 0 : 60,
        packets: 6,
        packetsPerMinute: 6,
        busyShare: i === 40 ? 0.5 : 0.1,
      },
    }));
    const window = { centerHz: 912.6e6, lowHz: 911e6, highHz: 914e6, seconds: 60, packets: 30, meters: 4 };
    const survey: KeptSurvey = {
      ...{ endedMs: Date.now(), seconds: 360, sampleRateHz: 2.4e6, packets: 90, meters: 7, channels },
      windows: [{ ...window, noiseDbfs: -41.5, clippedShare: 0, foreign: { carrier: 3 } }],
      ...{ carriers: [{ hz: 914.2e6, overNoiseDb: 12 }] },
      best: { centerHz: 912.6e6, packetsPerHour: 1800, meters: 4 },
    };
    writeFileSync(surveyFileOf(join(folder, 'ertd.db')), JSON.stringify(survey));
    await page.goto(`${url}/#/radio`);
    await page.reload();
    await page.getByText('90 packets of 7 meters in 6 minutes').waitFor();
    await page.getByText('Carriers that stand: 914.200 MHz (12 dB)').waitFor();
    const picture = page.getByRole('img', { name: /^Use of 4\d of 50 channels/ });
    await picture.waitFor();
    await page.getByText('In numbers').click();
    const rowsBy = (source: string) => page.getByRole('cell', { name: source, exact: true }).count();
    const live = ERT_CHANNELS_HZ.filter((hz) => Math.abs(hz - RADIO.centerHz) < 0.4e6).length;
    // The radio has listened to its own window for a while; the rest is from the survey.
    await expect.poll(() => rowsBy('now'), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(live - 1);
    expect(await rowsBy('not listened to')).toBe(5);
    expect(await rowsBy('survey')).toBeGreaterThan(30);
  });

  it.each(['', 'radio', 'heard', 'quarantine', 'settings', 'about', `meter/ert-${MINE}`])(
    'can be used by everybody: /%s',
    async (name) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${url}/#/${name}`);
        await page.reload();
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        // Names are text wherever they are shown.
        expect(await page.locator('main b').count()).toBe(0);
        expect([name, colorScheme, ...(await violationsOf(page))]).toEqual([name, colorScheme]);
      }
    },
  );

  it('finds its way back when the daemon was away', async () => {
    await page.goto(`${url}/`);
    await page.locator('#health.good').waitFor();
    await ertd.end();
    await page.getByText('no connection').waitFor();
    await startDaemon();
    await page.locator('#health.good').waitFor();
    await send(1004);
    await page
      .getByText(/Reading 1,004/)
      .first()
      .waitFor();
  });
});
