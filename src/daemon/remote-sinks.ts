import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import { MqttSink } from '../sinks/mqtt/mqtt.js';
import type { ReceiverReport } from '../sinks/receiver-report.js';
import type { Sink } from '../sinks/sink.js';
import { packageVersion } from '../version.js';

/** What sinks may ask the daemon. */
export interface SinkQuestions {
  readonly receivers: () => readonly ReceiverReport[];
}

/** The sinks that send to servers, those that the configuration has. */
export function remoteSinks(config: Config, logger: Logger, questions: SinkQuestions): readonly Sink[] {
  const say = (component: string) => {
    const log = logger.child({ component });
    return {
      onTrouble: (message: string) => log.warn(message),
      onRecovered: (message: string) => log.info(message),
    };
  };
  const { mqtt, homeassistant, database } = config;
  const sinks: Sink[] = [];
  if (mqtt.url !== '') {
    const databasePath = database.path === '' ? null : database.path;
    const version = packageVersion();
    const about = { settings: mqtt, homeAssistant: homeassistant, databasePath, version, ...questions };
    sinks.push(new MqttSink({ ...about, ...say('mqtt') }));
  }
  return sinks;
}
