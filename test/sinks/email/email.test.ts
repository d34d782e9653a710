import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { digestMail, urgentMail } from '../../../src/sinks/email/digest.js';
import { EmailSink } from '../../../src/sinks/email/email.js';
import { meterEvent, WATER } from '../entry-fixture.js';
import { DEFAULTS, Ears, PATIENCE } from '../sink-fixture.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A mail server that keeps what it is given, from whoever has the password. */
async function mailServer() {
  const mails: string[] = [];
  const server = new SMTPServer({
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('Invalid password')),
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('nobody')
        ? done(Object.assign(new Error('no such user'), { responseCode: 550 }))
        : done(),
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  cleanups.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { mails, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

async function email(settings: Partial<ConstructorParameters<typeof EmailSink>[0]> = {}, now?: () => number) {
  const { mails, url } = await mailServer();
  const ears = new Ears();
  const account = { server: url, user: 'ertd', password: 'right', to: ['me@example.org'] };
  const options = now === undefined ? ears : { ...ears, now, onTrouble: ears.onTrouble };
  const sink = new EmailSink({ ...DEFAULTS.email, ...account, ...settings }, options);
  await sink.start();
  cleanups.push(() => sink.stop());
  const subjects = () => mails.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1].trim());
  return { mails, subjects, ears, sink };
}

const alarm = (id: number) => meterEvent({ id: String(id), severity: 'alarm' });

describe('EmailSink', { timeout: 30_000 }, () => {
  it('tells alarms at once, and the rest in a digest', async () => {
    const { mails, subjects, sink } = await email();
    sink.write(meterEvent());
    sink.write(alarm(1));
    sink.write(meterEvent({ meter: { ...WATER, name: null } }));
    await vi.waitFor(() => expect(mails).toHaveLength(1), PATIENCE);
    expect(subjects()).toEqual(['Garden: Water has run without a pause for a day.']);
    expect(mails[0]).toMatch(/^From: ertd@localhost\r$/m);
    expect(mails[0]).toMatch(/^To: me@example.org\r$/m);
    expect(mails[0]).toContain('leakNow: 2');
    await sink.stop();
    expect(subjects()).toEqual(['Garden: Water has run without a pause for a day.', 'ertd: 1 event']);
  });

  it('tells no more alarms an hour than it may; those beyond come with the digest', async () => {
    let nowMs = 0;
    const { subjects, sink } = await email({ mostAnHour: 2 }, () => nowMs);
    for (let i = 0; i < 5; i++) sink.write(alarm(i));
    nowMs += 3_600_000;
    sink.write(alarm(5));
    await vi.waitFor(() => expect(subjects()).toHaveLength(3), PATIENCE);
    await sink.stop();
    expect(subjects().at(-1)).toBe('ertd: 3 events');
  });

  it('sends the digest when it is time', async () => {
    const { subjects, sink } = await email({ digestIntervalMs: 20 });
    sink.write(meterEvent());
    sink.write(meterEvent({ id: '2' }));
    await vi.waitFor(() => expect(subjects()).toEqual(['ertd: 2 events']), PATIENCE);
  });

  it('says what is wrong with the password and with an address', async () => {
    const wrong = await email({ password: 'wrong' });
    wrong.sink.write(alarm(1));
    await vi.waitFor(() => expect(wrong.ears.troubles).toHaveLength(1), PATIENCE);
    expect(wrong.ears.troubles[0]).toMatch(/: it does not let us in; correct email\.user, email\.password\./);
    const nobody = await email({ to: ['nobody@example.org'] });
    nobody.sink.write(alarm(1));
    await vi.waitFor(() => expect(nobody.ears.troubles).toHaveLength(1), PATIENCE);
    expect(nobody.ears.troubles[0]).toMatch(/refuses the message: .*no such user.*Entries given up: 1\.$/);
  });
});

describe('mails', () => {
  it('have one line for a subject, whatever a meter is called', () => {
    const { subject } = urgentMail(meterEvent({ meter: { ...WATER, name: 'a\r\nBcc: all@example.org' } }));
    expect(subject).toBe('a Bcc: all@example.org: Water has run without a pause for a day.');
  });

  it('tell many events by their number', () => {
    const { subject, text } = digestMail(
      Array.from({ length: 250 }, () => meterEvent()),
      7,
    );
    expect(subject).toBe('ertd: 257 events');
    expect(text.split('\n')).toHaveLength(202);
    expect(text).toContain('… and 57 more');
  });
});
