import 'uplot/dist/uPlot.min.css';
import './style.css';
import { ApiError } from './api.js';
import { fill, h } from './dom.js';
import { live } from './live.js';
import type { Page } from './page.js';
import { aboutPage } from './pages/about.js';
import { heardPage } from './pages/heard.js';
import { homePage } from './pages/home.js';
import { loginPage } from './pages/login.js';
import { quarantinePage } from './pages/quarantine.js';
import { radioPage } from './pages/radio.js';
import { settingsPage } from './pages/settings.js';

/** It brings the charts along, which the first view has no use for. */
const meterPage: Page = {
  title: 'Meter',
  show: async (main, key) => (await import('./pages/meter.js')).meterPage.show(main, key),
};

/** By the first word of the address behind the #. */
const PAGES: Readonly<Record<string, Page>> = {
  '': homePage,
  meter: meterPage,
  radio: radioPage,
  heard: heardPage,
  quarantine: quarantinePage,
  settings: settingsPage,
  about: aboutPage,
};
const IN_MENU = ['', 'radio', 'heard', 'quarantine', 'settings', 'about'];

const main = document.getElementById('main')!;
const menu = document.getElementById('nav')!;
const health = document.getElementById('health')!;
let leave: () => void = () => {};
/** Counts up with each page that is asked for: one that comes late is not shown any more. */
let turn = 0;

async function show(): Promise<void> {
  const [name = '', argument = ''] = location.hash.replace(/^#\/?/, '').split('/');
  const page = PAGES[name] ?? homePage;
  const mine = ++turn;
  leave();
  leave = () => {};
  fill(menu, ...IN_MENU.map((one) => linkOf(one, name)));
  document.title = `${page.title} – ertd`;
  fill(main, h('p', { class: 'quiet' }, 'Loading …'));
  try {
    const left = await page.show(main, decodeURIComponent(argument));
    if (mine === turn) leave = left;
    else left();
  } catch (error) {
    if (mine === turn) showTrouble(error);
  }
}

function linkOf(name: string, current: string): HTMLElement {
  const isHere = name === current || (name === '' && current === 'meter');
  return h('a', { href: `#/${name}`, 'aria-current': isHere ? 'page' : undefined }, PAGES[name]!.title);
}

function showTrouble(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) {
    loginPage(main, () => {
      live.start();
      void show();
    });
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  fill(
    main,
    h('p', { class: 'alarm', role: 'alert' }, message),
    h('button', { onclick: () => void show() }, 'Try again'),
  );
}

live.on('status', ({ healthy, receivers }) => {
  const away = receivers.find(({ state }) => state !== 'receiving');
  health.className = healthy ? 'good' : 'bad';
  health.textContent = healthy ? 'receiving' : (away?.why ?? away?.state ?? 'in trouble');
});
live.on('connection', (isThere) => {
  if (isThere) return;
  health.className = 'bad';
  health.textContent = 'no connection';
});
addEventListener('hashchange', () => {
  void show();
  main.focus();
});
live.start();
void show();
