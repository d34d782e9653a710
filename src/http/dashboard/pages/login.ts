import { api } from '../api.js';
import { fill, h } from '../dom.js';

/** Asks for the password, until it is right. */
export function loginPage(main: HTMLElement, onLogin: () => void): void {
  const password = h('input', {
    type: 'password',
    id: 'password',
    autocomplete: 'current-password',
    required: true,
  });
  const said = h('p', { class: 'alarm', role: 'alert' });
  const form = h(
    'form',
    { class: 'card login' },
    h('h1', {}, 'Log in'),
    h('label', { for: 'password' }, 'Password'),
    password,
    h('button', {}, 'Log in'),
    said,
    h('p', { class: 'quiet' }, 'It is set with "ertd auth password" on the machine that receives.'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    api.login(password.value).then(onLogin, (error: Error) => {
      said.textContent = error.message;
      password.select();
    });
  });
  fill(main, form);
  password.focus();
}
