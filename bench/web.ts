/**
 * What the dashboard costs: how soon it can be used, draws a year and shows a packet, what an open page takes of the
 * daemon's core, and whether samples are lost while much is asked.
 *
 *   npm run bench:web
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { MadeUpHouse, OWN, STREET } from '../scripts/made-up-house.js';
import { startBrowser } from '../test/http/browser.js';

const HOUR_MS = 3_600_000;
const YEAR = { lengthMs: 365 * 24 * HOUR_MS, stepMs: HOUR_MS / 4 };
const THROTTLING = 4;
const TRIES = 7;
/** One measurement of what a page costs, and how many of each kind, taken in turn. */
const LOOK_MS = 10_000;
const LOOKS = 4;
const REQUESTS = { perSecond: 500, seconds: 30 };
/** Of Linux, a second. */
const TICKS = 100;

const house = new MadeUpHouse();
const key = `ert-${STREET.firstId}`;

/** Processor time that the daemon has taken so far, s. */
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${house.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function best(measure: () => Promise<number>): Promise<string> {
  const all: number[] = [];
  for (let i = 0; i < TRIES; i++) all.push(await measure());
  all.sort((a, b) => a - b);
  return `${all[0]!.toFixed(0)} ms (best of ${TRIES}; median ${all[TRIES >> 1]!.toFixed(0)} ms)`;
}

/** From the start of loading until the meters are there and the page takes clicks, ms. */
async function interactive(browser: Browser): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLING });
  await page.addInitScript(`new MutationObserver((_, watch) => {
    if (document.querySelectorAll('.card').length < ${OWN.length}) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => (window.readyMs = performance.now())));
  }).observe(document, { childList: true, subtree: true });`);
  await page.goto(`${house.url}/`);
  let ms: unknown;
  while (ms === undefined) {
    await delay(200);
    ms = await page.evaluate('window.readyMs');
  }
  await context.close();
  return Number(ms);
}

/** From the click until a year of days is drawn, ms. */
async function yearDrawn(page: Page): Promise<number> {
  await page.goto(`${house.url}/#/meter/${key}`);
  await page.reload();
  await page.locator('.heat').waitFor();
  const code = `new Promise((resolve) => {
    const began = performance.now();
    const chart = document.querySelector('.chart');
    const old = chart.querySelector('.uplot');
    new MutationObserver((_, watch) => {
      const fresh = chart.querySelector('.uplot');
      if (fresh === null || fresh === old) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    }).observe(chart, { childList: true, subtree: true });
    document.querySelector('[data-period=year]').click();
  })`;
  return Number(await page.evaluate(code));
}

/** Packets whose way to the page is measured. */
const PACKETS = 20;

/** A page that shows packets, and the element that is then drawn anew. */
interface Shown {
  readonly name: string;
  readonly path: string;
  readonly drawn: string;
}

const SHOWN: readonly Shown[] = [
  { name: 'Radio', path: 'radio', drawn: '#packets' },
  { name: 'Home', path: '', drawn: '#main' },
];

/** From the first sample of a packet of a meter of the house until the page has drawn it, ms. */
async function packetsShown(browser: Browser, { path, drawn }: Shown): Promise<number[]> {
  const page = await browser.newPage();
  const ids = OWN.map(({ place }) => STREET.firstId + place);
  // Looks at each packet before the page does.
  await page.addInitScript(`window.delays = [];
    window.EventSource = class extends EventSource {
      constructor(url) {
        super(url);
        this.addEventListener('packet', ({ data }) => {
          const { id, timeMs } = JSON.parse(data).packet;
          if (${JSON.stringify(ids)}.includes(id)) window.packetMs ??= timeMs;
        });
      }
    };
    new MutationObserver((changes) => {
      const isDrawn = changes.some(({ target }) => target.matches?.('${drawn}'));
      const packetMs = window.packetMs;
      if (packetMs == null || !isDrawn) return;
      window.packetMs = null;
      requestAnimationFrame(() => window.delays.push(Date.now() - packetMs));
    }).observe(document, { childList: true, subtree: true });`);
  await page.goto(`${house.url}/#/${path}`);
  let delays: number[] = [];
  while (delays.length < PACKETS) {
    await delay(1000);
    delays = (await page.evaluate('window.delays')) as number[];
  }
  await page.close();
  return delays.sort((one, other) => one - other);
}

/** Share of a core that the daemon takes, with a page open or none. */
async function shareWith(page: Page, path: string | null): Promise<number> {
  await page.goto(path === null ? 'about:blank' : `${house.url}/#/${path}`);
  await delay(2000);
  const [before, beganMs] = [cpuSeconds(), performance.now()];
  await delay(LOOK_MS);
  return (1000 * (cpuSeconds() - before)) / (performance.now() - beganMs);
}

async function costOfPages(page: Page): Promise<void> {
  const shares: Record<string, number[]> = { none: [], home: [], radio: [] };
  for (let i = 0; i < LOOKS; i++) {
    shares.none!.push(await shareWith(page, null));
    shares.home!.push(await shareWith(page, ''));
    shares.radio!.push(await shareWith(page, 'radio'));
  }
  await page.goto('about:blank');
  const mean = (name: string): number => shares[name]!.reduce((sum, one) => sum + one, 0) / LOOKS;
  const told = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const spread = told(Math.max(...shares.none!) - Math.min(...shares.none!));
  console.log(`The daemon takes ${told(mean('none'))} of a core without a page (varies by ${spread})`);
  for (const name of ['home', 'radio'])
    console.log(`  ${name} open: ${told(mean(name) - mean('none'))} more`);
}

interface Receiver {
  readonly samples: number;
  readonly lostSamples: number;
  readonly droppedSamples: number;
}

async function receiver(): Promise<Receiver> {
  const answer = await fetch(`${house.url}/api/v1/status`);
  return ((await answer.json()) as { receivers: Receiver[] }).receivers[0]!;
}

/** What is asked for in turn. @param fromMs of the month that is asked about */
function questionsOf(fromMs: number): string[] {
  const month = `from=${fromMs}&to=${fromMs + 30 * 24 * HOUR_MS}`;
  return [
    ...['/', '/api/v1/status', '/healthz', '/api/v1/meters', `/api/v1/meters/${key}/readings?limit=100`],
    ...[`/api/v1/meters/${key}/usage?length=1h&${month}`, `/api/v1/meters/${key}/usage?length=1d&${month}`],
    ...[`/api/v1/meters/${key}/totals?by=day&${month}`, '/api/v1/events/past', '/api/v1/quarantine'],
  ];
}

/**
 * Asks for everything in turn, at an even pace.
 * @param stepMs by which the months that are asked about differ; 0 where the same is asked again and again, as by pages
 *   that are open
 */
async function crowd(stepMs: number): Promise<void> {
  const sinceMs = Date.now() - 30 * 24 * HOUR_MS;
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const all = REQUESTS.perSecond * REQUESTS.seconds;
  const answers: Promise<number>[] = [];
  const pathOf = (index: number): string => {
    const questions = questionsOf(sinceMs - stepMs * index);
    return questions[index % questions.length]!;
  };
  const [idleCpu, idleMs] = [cpuSeconds(), performance.now()];
  await delay(LOOK_MS);
  const idle = (1000 * (cpuSeconds() - idleCpu)) / (performance.now() - idleMs);
  const before = await receiver();
  const [cpu, beganMs] = [cpuSeconds(), performance.now()];
  while (answers.length < all) {
    const due = Math.min(all, ((performance.now() - beganMs) / 1000) * REQUESTS.perSecond);
    while (answers.length < due) answers.push(ask(`${house.url}${pathOf(answers.length)}`, agent));
    await delay(2);
  }
  const statuses = await Promise.all(answers);
  const seconds = (performance.now() - beganMs) / 1000;
  const busy = cpuSeconds() - cpu;
  const after = await receiver();
  const good = statuses.filter((status) => status === 200).length;
  const air = (after.samples - before.samples) / 1_024_000;
  const kind = stepMs === 0 ? 'the same again and again' : 'each about another month';
  console.log(`${good} of ${all} requests answered, ${(all / seconds).toFixed(0)} a second, ${kind}`);
  console.log(
    `  ${air.toFixed(1)} s of air meanwhile, ${after.lostSamples - before.lostSamples} samples lost,`,
  );
  console.log(`  ${after.droppedSamples - before.droppedSamples} of them by ertd;`);
  console.log(`  ${((1000 * (busy - idle * seconds)) / all).toFixed(2)} ms of processor time a request;`);
  console.log(`  ${((100 * busy) / seconds).toFixed(0)} % of a core, decoding included`);
  agent.destroy();
}

function ask(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    }).once('error', reject);
  });
}

let browser: Browser | null = null;
try {
  await house.start(YEAR);
  browser = await startBrowser();
  const started = browser;
  const page = await browser.newPage();
  console.log(
    `Interactive, processor throttled ${THROTTLING} times: ${await best(() => interactive(started))}`,
  );
  console.log(`A year of a meter drawn: ${await best(() => yearDrawn(page))}`);
  for (const shown of SHOWN) {
    const delays = await packetsShown(browser, shown);
    const median = delays[delays.length >> 1]!.toFixed(0);
    console.log(
      `A packet on ${shown.name} after ${median} ms (median of ${delays.length}; worst ${delays.at(-1)} ms)`,
    );
  }
  await costOfPages(page);
  await browser.close();
  await crowd(0);
  await crowd(1000);
} finally {
  await browser?.close();
  await house.end();
}
