import { api } from '../api.js';
import { fill, h, table } from '../dom.js';
import { chooseUnitSystem, unitSystem } from '../format.js';
import type { Page } from '../page.js';

/** How this browser shows things, and how the daemon is set: the latter is read only, its file rules. */
export const settingsPage: Page = {
  title: 'Settings',
  async show(main) {
    const settings = await api.settings();
    const units = h(
      'select',
      { id: 'units' },
      h('option', { value: 'metric', selected: unitSystem() === 'metric' }, 'metric: m³'),
      h('option', { value: 'us', selected: unitSystem() === 'us' }, 'US: gallons, cubic feet'),
    );
    units.addEventListener('change', () => chooseUnitSystem(units.value === 'us' ? 'us' : 'metric'));
    const rows = settings.map(({ name, value, origin, description }) => [
      h('code', {}, name),
      h('code', {}, JSON.stringify(value)),
      origin,
      description,
    ]);
    fill(
      main,
      h('h1', {}, 'Settings'),
      h('h2', {}, 'This browser'),
      h('p', {}, h('label', { for: 'units' }, 'Volumes in '), units),
      h('p', {}, h('button', { onclick: () => void api.logout().then(() => location.reload()) }, 'Log out')),
      h('h2', {}, 'The daemon'),
      h(
        'p',
        { class: 'quiet' },
        'As its configuration file, the environment and its flags have it; change them there.',
      ),
      table('Settings of the daemon', ['Setting', 'Value', 'From', 'What it does'], rows),
    );
    return () => {};
  },
};
