import type { LoadedConfig } from '../config/layers.js';
import { METER } from '../config/meter-schema.js';
import type { Config } from '../config.js';
import { configuredSource } from '../daemon/configured-source.js';
import { GainControl } from '../daemon/gain-control.js';
import { wantedTuning } from '../daemon/wanted-tuning.js';
import { Fault } from '../errors.js';
import { createLogger } from '../log.js';
import { ownMeterOf, ownMetersOf, parseLabel } from '../readings/describe-meter.js';
import { idOf } from '../readings/endpoint.js';
import type { RegisterReading } from '../readings/entry.js';
import { Ledger } from '../readings/ledger.js';
import { EMPTY_STATE } from '../readings/ledger-state.js';
import type { OwnMeter } from '../readings/own-meter.js';
import { readingOf } from '../readings/reading.js';
import { Receiver } from '../receiver/receiver.js';
import { NOTHING, type Resumed, readResumed } from '../sinks/sqlite-resume.js';
import { FileSource } from '../sources/file.js';
import type { CommandContext } from './context.js';
import { decodeOptions } from './recording-options.js';
import { recordingFacts } from './run.js';

/**
 * Listens with a source of its own until a reading of the meter is believed. What a database knows of it counts: its name,
 * its scale, and what it said before.
 * @param which an ID, a key or a name
 * @param timeoutMs of a radio; a recording is read to its end
 * @returns null where the signal aborted
 * @throws Fault `SOURCE_LOST` where none came in time, `USAGE` for what is no ID, and those of the source
 */
export async function readFromSource(
  which: string,
  timeoutMs: number,
  loaded: LoadedConfig,
  context: CommandContext,
): Promise<RegisterReading | null> {
  const { config } = loaded;
  const source = configuredSource(
    {
      config,
      logger: createLogger({ ...config.log, level: 'warn' }, context.stderr),
      stdin: config.receiver.source === '-' ? context.stdin : undefined,
      recording: recordingFacts(loaded),
    },
    config.receiver,
  );
  const resumed = resumedOf(config);
  const ledger = new Ledger({
    unknown: 'store',
    own: withAsked(which, ownMetersOf(config.meters, resumed.own)),
    // What is recorded has a time of its own.
    state: source.live ? resumed.state : EMPTY_STATE,
    isLive: source.live,
  });
  const receiver = new Receiver(source, { ...decodeOptions(config), threads: config.receiver.threads });
  const tuning = await receiver.open(wantedTuning(config.receiver), context.signal);
  const gain = GainControl.of(source, config.receiver, tuning, () => {});
  const knownMs = source instanceof FileSource ? source.startMs : null;
  const startMs = knownMs ?? Date.now();
  const over = new AbortController();
  let found: RegisterReading | null = null;
  const limit = source.live ? [AbortSignal.timeout(timeoutMs)] : [];
  await receiver.run(
    AbortSignal.any([context.signal, over.signal, ...limit]),
    (reception) => {
      const packet = readingOf(reception.packet, { ...reception, startMs: reception.startMs ?? startMs });
      for (const entry of ledger.take(packet)) {
        if (found !== null || entry.kind !== 'reading' || !isOf(which, entry)) continue;
        found = entry;
        over.abort();
      }
    },
    () => gain?.look(receiver.stats, receiver.noiseDbfs),
  );
  if (found !== null || context.signal.aborted) return found;
  const { packets } = receiver.stats;
  const within = source.live ? `within ${timeoutMs / 1000} s` : 'in it';
  const advice = 'ertd survey tells what is heard where';
  throw new Fault(
    'SOURCE_LOST',
    `${source.id}: no reading of ${which} ${within}, of ${packets} packets; ${advice}.`,
  );
}

/**
 * Whoever asks for an ID knows that it is there: its first sure packet is believed, as of a meter of the user.
 * @throws Fault `USAGE` for digits that are neither an ID nor a name
 */
function withAsked(which: string, own: readonly OwnMeter[]): OwnMeter[] {
  if (!/^\d+$/.test(which) || own.some(({ name }) => name === which)) return [...own];
  parseLabel(which);
  const asked = ownMeterOf(METER.parse({ id: which, name: which }));
  const isKnown = own.some(({ key, siblings }) => key === asked.key || siblings.has(asked.key));
  return isKnown ? [...own] : [...own, asked];
}

/** What is known already; nothing where there is no database yet, or it cannot be read. */
function resumedOf({ database: { path } }: Config): Resumed {
  if (path === '') return NOTHING;
  try {
    return readResumed(path);
  } catch {
    return NOTHING;
  }
}

function isOf(which: string, { meter, packet }: RegisterReading): boolean {
  return [meter.name, meter.key, String(packet.id), String(idOf(meter.key))].includes(which);
}
