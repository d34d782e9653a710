import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's. */
const PATH = '/usr/bin/chromium';

/** Whether there is a browser to test with. */
export const HAS_BROWSER = existsSync(PATH);

/** A browser without a window, that asks nobody but the pages it is shown. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
