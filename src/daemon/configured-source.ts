import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import type { Logger } from '../log.js';
import type { RecordingFacts } from '../sources/file-name.js';
import { type SourceOptions, sourceFromUri } from '../sources/open.js';
import type { SampleSource, SourceEvent } from '../sources/source.js';

/** What sources are made of. */
export interface SourceSettings {
  readonly config: Config;
  readonly logger: Logger;
  /** Read where the source is `-`. */
  readonly stdin?: SourceOptions['stdin'];
  /** Where the source is a recording: what counts more than what it says of itself. */
  readonly recording?: RecordingFacts;
  /** Where the files of the machine that dongles are plugged into lie; `/` where absent. */
  readonly machineRoot?: string;
}

/**
 * The source of a radio, which tells the log what happens to it.
 * @throws Fault `CONFIG` where it is none
 */
export function configuredSource(
  { config, logger, stdin, recording, machineRoot }: SourceSettings,
  { source, centerHz }: Config['receiver'],
): SampleSource {
  const log = logger.child({ component: 'source' });
  const onEvent = ({ kind, code, message }: SourceEvent): void => {
    if (kind === 'lost') log.warn({ code }, message);
    else log.info(message);
  };
  const onWarning = (message: string): void => log.warn(message);
  const facts = centerHz === config.receiver.centerHz ? recording : { ...recording, centerHz };
  try {
    return sourceFromUri(source, { ...facts, stdin, onEvent, onWarning, machineRoot });
  } catch (error) {
    if (error instanceof Fault) throw new Fault('CONFIG', error.message, { cause: error });
    throw error;
  }
}
