import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../certificates.js';
import { directoryPerTest } from '../database-fixture.js';
import { hasMosquitto, Mosquitto } from './mosquitto.js';
import { mqttSink } from './mqtt-fixture.js';

const pathOf = directoryPerTest();
const PATIENCE = { timeout: 10_000, interval: 10 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe.runIf(hasMosquitto && hasOpenssl)('MqttSink over TLS', { timeout: 30_000 }, () => {
  beforeEach(() => makeCertificates(pathOf));

  async function broker(certificate: string): Promise<Mosquitto> {
    const mosquitto = await Mosquitto.prepare([
      ...[`cafile ${pathOf('ca.pem')}`, `certfile ${pathOf(`${certificate}.pem`)}`],
      ...[
        `keyfile ${pathOf(`${certificate}.key`)}`,
        'require_certificate true',
        'use_identity_as_username true',
      ],
    ]);
    cleanups.push(() => mosquitto.remove());
    await mosquitto.run();
    return mosquitto;
  }

  async function sinkOf(mosquitto: Mosquitto, settings: Parameters<typeof mqttSink>[0]) {
    const test = mqttSink({ url: mosquitto.url.replace('mqtt:', 'mqtts:'), ...settings });
    await test.sink.start();
    cleanups.push(() => test.sink.stop());
    return test;
  }

  const CLIENT = () => ({ certFile: pathOf('client.pem'), keyFile: pathOf('client.key') });

  it('shows its certificate to a broker that asks for one', async () => {
    const test = await sinkOf(await broker('good'), { caFile: pathOf('ca.pem'), ...CLIENT() });
    test.sink.write({ kind: 'event', id: 'x', type: 'x', meter: null, timeMs: 0, endMs: null, ...CALM });
    await vi.waitFor(() => expect(test.sink.status.sent).toBe(1), PATIENCE);
    expect(test.troubles).toEqual([]);
  });

  it('says what is wrong with a certificate', async () => {
    const troubleWith = async (mosquitto: Mosquitto, settings: Parameters<typeof mqttSink>[0]) => {
      const { troubles } = await sinkOf(mosquitto, settings);
      await vi.waitFor(() => expect(troubles).toHaveLength(1), PATIENCE);
      return troubles[0];
    };
    const good = await broker('good');
    expect(await troubleWith(good, CLIENT())).toContain(
      'signed by nobody known here; name that certificate in caFile',
    );
    expect(await troubleWith(await broker('expired'), { caFile: pathOf('ca.pem'), ...CLIENT() })).toContain(
      'its certificate has expired; renew it there',
    );
  });
});

const CALM = { severity: 'info', message: 'Nothing.', evidence: {} } as const;
