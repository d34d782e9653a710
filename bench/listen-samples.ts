import { loadConfig } from '../src/config/layers.js';
import { Listening } from '../src/daemon/listening.js';
import { Station } from '../src/daemon/station.js';
import { createLogger } from '../src/log.js';
import { Band } from '../src/synth/band.js';
import { VirtualRadio } from '../src/synth/virtual-radio.js';
import { VirtualSource } from '../src/synth/virtual-source.js';
import { metersIn, SAMPLE_RATE_HZ } from './listen-air.js';
import { table } from './table.js';

const SECONDS = 300;
const DONGLE = { noiseRms: 0.05, ppm: 0, driftPpm: 0, settleSeconds: 0.02 };
/** Of a packet's time and carrier, what the receiver may be off by. */
const OFF = { seconds: 0.01, hz: 40e3 };

/** The whole way through the daemon's station, on samples of the virtual band: 40 meters in 2 MHz, five minutes. */
export async function hearWithSamples(): Promise<void> {
  const meters = metersIn({ lowHz: 917e6, highHz: 919e6 }, 7);
  const band = new Band({ meters, interferersPerSecond: 5, wanderHz: 2000, seed: 1 });
  const radio = new VirtualRadio(band, DONGLE, 0, 1);
  const inWindow: { id: number; seconds: number; carrierHz: number }[] = [];
  radio.onHeard = ({ sending: { message, seconds }, carrierHz }) =>
    inWindow.push({ id: message.fields.id, seconds, carrierHz });
  const env = {
    ERTD_RECEIVER_LISTEN: 'auto',
    ERTD_RECEIVER_SAMPLE_RATE_HZ: String(SAMPLE_RATE_HZ),
    ERTD_RECEIVER_GAIN_DB: '40.2',
    ERTD_DECODE_PROTOCOLS: 'scm',
  };
  const { config } = loadConfig({ env });
  const log = createLogger({ level: 'silent', format: 'json' }, { write: () => {} });
  const station = new Station(
    config,
    new VirtualSource(radio, SECONDS, 0),
    log,
    Listening.of(config, 1)?.plan(0),
  );
  const { signal } = new AbortController();
  await station.open(signal);
  const heard: typeof inWindow = [];
  await station.run(signal, {
    heard: ({ packet, centerHz, startMs }) => {
      const seconds = startMs / 1000 + packet.firstSample / SAMPLE_RATE_HZ;
      heard.push({ id: packet.meterId, seconds, carrierHz: centerHz + packet.carrierHz });
    },
    worked: async () => {},
    droppedLines: () => 0,
  });
  const isSame = (one: (typeof heard)[number], other: (typeof heard)[number]): boolean =>
    one.id === other.id &&
    Math.abs(one.seconds - other.seconds) < OFF.seconds &&
    Math.abs(one.carrierHz - other.carrierHz) < OFF.hz;
  const wrong = heard.filter((packet) => !inWindow.some((sent) => isSame(sent, packet)));
  const found = inWindow.filter((sent) => heard.some((packet) => isSame(sent, packet)));
  const { listening } = station.status;
  const rows = [
    ['packets in the windows while they were listened to', String(inWindow.length)],
    ['of these received', String(found.length)],
    ['received with a wrong carrier, or never sent', String(wrong.length)],
    ['meters', `${new Set(heard.map(({ id }) => id)).size} of 40`],
    ['moves', String(listening?.moves)],
    ['time thrown away for them', `${(100 * (listening?.blankedShare ?? 0)).toFixed(2)} %`],
  ];
  console.log(`With samples, through the daemon's station: 40 meters in 917 to 919 MHz, ${SECONDS / 60} min`);
  console.log(table(['figure', 'measured'], rows));
}
