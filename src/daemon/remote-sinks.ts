import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import { packageVersion } from '../package.js';
import { LazySink } from '../sinks/lazy-sink.js';
import type { ReceiverReport } from '../sinks/receiver-report.js';
import type { Sink } from '../sinks/sink.js';

/** What sinks may ask the daemon. */
export interface SinkQuestions {
  readonly receivers: () => readonly ReceiverReport[];
  /** Whether a meter has a name; true while that is not known yet. */
  readonly isKnown: (key: string) => boolean;
}

/** The sinks that send to servers, those that the configuration has. Their packages are loaded when they start. */
export function remoteSinks(config: Config, logger: Logger, questions: SinkQuestions): readonly Sink[] {
  const { mqtt, homeassistant, influxdb, webhook, email, postgres, database } = config;
  const sinks: Sink[] = [];
  const add = (name: string, wanted: boolean, load: (voice: ReturnType<typeof voiceOf>) => Promise<Sink>) => {
    if (wanted) sinks.push(new LazySink(name, () => load(voiceOf(logger, name))));
  };
  add('mqtt', mqtt.url !== '', async (voice) => {
    const { MqttSink } = await import('../sinks/mqtt/mqtt.js');
    const databasePath = database.path === '' ? null : database.path;
    const about = { settings: mqtt, homeAssistant: homeassistant, databasePath, version: packageVersion() };
    return new MqttSink({ ...about, ...questions, ...voice });
  });
  add('influxdb', influxdb.url !== '', async (voice) => {
    const { InfluxSink } = await import('../sinks/influxdb/influxdb.js');
    return new InfluxSink(influxdb, voice);
  });
  add('webhook', webhook.url !== '', async (voice) => {
    const { WebhookSink } = await import('../sinks/webhook/webhook.js');
    return new WebhookSink(webhook, voice);
  });
  add('email', email.server !== '' && email.to.length > 0, async (voice) => {
    const { EmailSink } = await import('../sinks/email/email.js');
    return new EmailSink(email, voice);
  });
  add('postgres', postgres.url !== '', async (voice) => {
    const { PostgresSink } = await import('../sinks/postgres/postgres.js');
    return new PostgresSink(postgres, voice);
  });
  return sinks;
}

function voiceOf(logger: Logger, component: string) {
  const log = logger.child({ component });
  return {
    onTrouble: (message: string) => log.warn(message),
    onRecovered: (message: string) => log.info(message),
  };
}
