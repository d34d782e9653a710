// `npm run screenshots`: pictures of the dashboard for README and docs, of a street that does not exist and is received
// live; Debian's chromium draws the pages.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../test/http/browser.js';
import { dialOf, FOUR_WEEKS, type History, MadeUpHouse, OWN, STREET, ZONE } from './made-up-house.js';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
/** Air that goes by before the pictures are taken, ms. */
const LISTEN_MS = 40_000;

const LOOK = { locale: 'en-US', timezoneId: ZONE, colorScheme: 'light' } as const;
/** As endpoints of this type count. */
const COUNTS_PER_KWH = 100;

/** @param height of the part of the page that is shown */
async function picture(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: page.viewportSize()!.width, height });
  const path = join(DOCS, `${name}.png`);
  await page.screenshot({ path });
  console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`);
}

/** The first start, of a user who has read the dial. */
async function guide(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({ ...LOOK, viewport: { width: 1100, height: 700 } });
  await page.goto(`${url}/#/`);
  await page.waitForTimeout(LISTEN_MS);
  await page.getByLabel('It counts').selectOption('electric');
  await page.getByLabel('Its dial shows now').fill(dialOf(OWN[0].place, COUNTS_PER_KWH));
  await page.getByRole('button', { name: 'Who fits?' }).click();
  await page.getByRole('cell', { name: 'its register is what the dial shows' }).waitFor();
  await picture(page, 'dashboard-guide', 570);
}

async function pictures(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({ ...LOOK, viewport: { width: 1100, height: 700 } });
  await page.goto(`${url}/#/radio`);
  await page.waitForTimeout(LISTEN_MS);
  await picture(page, 'dashboard-radio', 660);
  await page.goto(`${url}/#/`);
  await page
    .locator('.card')
    .nth(OWN.length - 1)
    .waitFor();
  await picture(page, 'dashboard-home', 345);
  await page.goto(`${url}/#/meter/ert-${STREET.firstId}`);
  await page.locator('.chart canvas').waitFor();
  await page.locator('.heat').waitFor();
  await picture(page, 'dashboard-meter', 860);
  const phone = await browser.newPage({
    ...LOOK,
    colorScheme: 'dark',
    viewport: { width: 390, height: 760 },
  });
  await phone.goto(`${url}/#/`);
  await phone
    .locator('.card')
    .nth(OWN.length - 1)
    .waitFor();
  await picture(phone, 'dashboard-phone', 690);
}

async function inHouse(history: History | null, show: (url: string) => Promise<void>): Promise<void> {
  const house = new MadeUpHouse();
  try {
    await house.start(history);
    await show(house.url);
  } finally {
    await house.end();
  }
}

const browser = await startBrowser();
try {
  await inHouse(null, (url) => guide(browser, url));
  await inHouse(FOUR_WEEKS, (url) => pictures(browser, url));
} finally {
  await browser.close();
}
