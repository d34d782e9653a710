import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErtdProcess } from '../ertd-process.js';
import { freePort } from '../free-port.js';
import { LiveAir, RADIO } from '../live-air.js';
import { violationsOf } from './axe.js';
import { HAS_BROWSER, startBrowser } from './browser.js';

const PATIENCE_MS = 20_000;
/** Packets that come sooner after one another may be one transmission, s of air. */
const APART_S = 2.2;
const [MINE, THEIRS] = [10_000_001, 10_000_002];
/** What they say, counts. */
const STREET = new Map([
  [MINE, 1_234_567],
  [THEIRS, 734_512],
]);

describe.skipIf(!HAS_BROWSER)('the first start', { timeout: 120_000 }, () => {
  let browser: Browser;
  let folder: string;
  let air: LiveAir;
  let ertd: ErtdProcess;
  let url: string;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ertd-guide-'));
    air = new LiveAir();
    const source = `rtltcp://127.0.0.1:${await air.start()}`;
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const kept = ['--db', join(folder, 'ertd.db'), '--commit-interval', '250ms'];
    const radio = ['--source', source, '--rate', String(RADIO.sampleRateHz)];
    ertd = new ErtdProcess(['run', ...radio, ...kept, '--http', address]);
    await ertd.says(/The dashboard is at/);
    browser = await startBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await ertd?.end();
    await air?.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  /** Two packets that agree and are not one transmission: then what they say is believed. */
  async function send(street: ReadonlyMap<number, number>): Promise<void> {
    for (let packet = 0; packet < 2; packet++) {
      for (const [id, counts] of street) await air.send([id], counts);
      await air.pass(APART_S);
    }
  }

  it('says that the radio is found, and whether packets come', async () => {
    await page.goto(`${url}/`);
    await page.getByText('✓ A radio is found.').waitFor();
    await page.getByText('… Packets come.').waitFor();
    await send(STREET);
    await page.getByText('✓ Packets come.').waitFor();
  });

  it('shows who fits the dial, and nothing of the neighbours', async () => {
    await page.getByLabel('It counts').selectOption('electric');
    await page.getByLabel('Its dial shows now').fill('12,345.6x');
    await page.getByRole('button', { name: 'Who fits?' }).click();
    await page.getByText('"12,345.6x" is not a number').waitFor();
    await page.getByLabel('Its dial shows now').fill('12345.6');
    await page.getByRole('button', { name: 'Who fits?' }).click();
    await page.getByRole('cell', { name: 'its register is what the dial shows' }).waitFor();
    const text = await page.locator('main').innerText();
    for (const id of STREET.keys()) expect(text).not.toContain(String(id));
    expect(await page.locator('#candidates tbody tr').count()).toBe(1);
    expect(await violationsOf(page)).toEqual([]);
  });

  it('ends with the meter, its name and what its dial says', async () => {
    await page.getByLabel('Name of this meter').fill('House');
    await page.getByRole('button', { name: 'Mine', exact: true }).click();
    await page.getByText('It is yours').waitFor();
    await send(new Map([[MINE, 1_234_667]]));
    await page.getByRole('heading', { name: 'House' }).waitFor();
    await page.getByText('Reading 12,347 kWh').waitFor();
    const { meters, hidden } = (await (await fetch(`${url}/api/v1/meters`)).json()) as {
      meters: { key: string; registers: { value: string }[] }[];
      hidden: number;
    };
    expect(meters).toMatchObject([{ key: `ert-${MINE}`, registers: [{ value: '12346.67' }] }]);
    expect(hidden).toBe(1);
  });
});
