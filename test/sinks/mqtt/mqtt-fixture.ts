import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { loadConfig } from '../../../src/config/layers.js';
import { MqttSink, type MqttSinkOptions } from '../../../src/sinks/mqtt/mqtt.js';

export interface Arrival {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

/** A subscriber to everything that keeps a session at the broker, so that it misses nothing. */
export class Subscriber {
  readonly arrivals: Arrival[] = [];
  readonly #client: MqttClient;
  #isSubscribed = false;

  constructor(url: string, topic = '#') {
    this.#client = mqtt.connect(url, { clientId: `test-${topic.length}`, clean: false, reconnectPeriod: 20 });
    this.#client.on('error', () => {});
    this.#client.on('message', (at, payload, { retain }) =>
      this.arrivals.push({ topic: at, payload: payload.toString(), retained: retain }),
    );
    this.#client.subscribe(topic, { qos: 1 }, (error) => {
      this.#isSubscribed ||= error === null;
    });
  }

  /** Whether it hears from now on what is published. */
  get connected(): boolean {
    return this.#client.connected && this.#isSubscribed;
  }

  /** What came on topics that end like this, in order. */
  on(ending: string): string[] {
    return this.arrivals.filter(({ topic }) => topic.endsWith(ending)).map(({ payload }) => payload);
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/** What a broker has retained on a topic. */
export async function retained(url: string, topic: string): Promise<string[]> {
  const payloads: string[] = [];
  const client = await mqtt.connectAsync(url);
  const end = `test/end/${client.options.clientId}`;
  // What is published on a connection is answered after all that was retained.
  const isOver = new Promise<void>((resolve) => {
    client.on('message', (at, payload, { retain }) => {
      if (at === end) resolve();
      else if (retain) payloads.push(payload.toString());
    });
  });
  await client.subscribeAsync([topic, end]);
  await client.publishAsync(end, '');
  await isOver;
  await client.endAsync();
  return payloads;
}

export interface TestMqttSink {
  readonly sink: MqttSink;
  readonly troubles: string[];
  readonly recoveries: string[];
}

/** A sink whose section `mqtt` has these settings, and that does not wait long. */
export function mqttSink(
  settings: Partial<MqttSinkOptions['settings']>,
  given: Partial<MqttSinkOptions> = {},
): TestMqttSink {
  const [troubles, recoveries]: [string[], string[]] = [[], []];
  const { mqtt: defaults, homeassistant } = loadConfig({ env: { HOME: '/nonexistent' } }).config;
  const sink = new MqttSink({
    settings: { ...defaults, ...settings },
    homeAssistant: homeassistant,
    databasePath: null,
    version: '0.1.0',
    onTrouble: (message) => troubles.push(message),
    onRecovered: (message) => recoveries.push(message),
    firstWaitMs: 20,
    ...given,
  });
  return { sink, troubles, recoveries };
}

/** A wire between a client and a server that can be cut. */
export class Wire {
  readonly url: string;
  /** How often somebody connected. */
  connections = 0;
  /** Lets nobody through. */
  isOff = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const wire = new Wire(server, `mqtt://127.0.0.1:${address.port}`);
    server.on('connection', (near) => {
      wire.connections += 1;
      if (wire.isOff) return near.destroy();
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        wire.#sockets.add(socket);
        socket.on('error', () => {});
      }
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    return wire;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
