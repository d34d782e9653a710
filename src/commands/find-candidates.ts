import type { Config } from '../config.js';
import { configuredSource } from '../daemon/configured-source.js';
import { Station } from '../daemon/station.js';
import { createLogger } from '../log.js';
import type { Candidate } from '../readings/find/clue.js';
import { HeardMeters, scalesOf } from '../readings/find/heard-meters.js';
import type { CurvePoint } from '../readings/find/register-curve.js';
import { isGauge } from '../readings/limits.js';
import { readingOf } from '../readings/reading.js';
import { DatabaseReader, type MeterRow } from '../sinks/sqlite-read.js';
import type { CommandContext } from './context.js';

/** What of a meter's register is known. */
export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Meters of which only the last state of the register is known. */
  readonly withoutHistory: number;
}

/** Meters of which a database knows. */
export function candidatesInDatabase(path: string, sinceMs: number): Candidates {
  const reader = DatabaseReader.open(path);
  try {
    const points = new Map<string, CurvePoint[]>();
    for (const { meter, register, timeMs, counts } of reader.readings({
      meter: null,
      sinceMs,
      untilMs: null,
      limit: null,
    })) {
      const name = `${meter} ${register}`;
      const curve = points.get(name) ?? [];
      points.set(name, curve);
      curve.push({ timeMs, counts });
    }
    const meters = reader
      .meters()
      .filter(
        ({ consumption, register }) => consumption !== null && !isGauge(register) && register !== 'former',
      );
    const candidates = meters.map((meter) =>
      candidateOf(meter, points.get(`${meter.meter} ${meter.register}`) ?? []),
    );
    return { candidates, withoutHistory: candidates.filter((one) => one.points.length < 2).length };
  } finally {
    reader.close();
  }
}

/** The last state of the register is known of each. */
function candidateOf(meter: MeterRow, history: readonly CurvePoint[]): Candidate {
  const { key, name, snrDb, lastHeardMs: timeMs, consumption: counts } = meter;
  const last = history.at(-1);
  const isNews = last === undefined || last.timeMs < timeMs;
  const points = isNews ? [...history, { timeMs, counts: counts! }] : history;
  const commodity = meter.commodity as Candidate['commodity'];
  return { key, name, commodity, scales: scalesOf(meter.protocol, meter.type), snrDb, points };
}

/** Meters that are heard while the command runs; nothing of them is kept. */
export class MetersOnAir {
  readonly #heard = new HeardMeters();
  readonly #station: Station;

  constructor(config: Config, context: CommandContext) {
    const logger = createLogger({ ...config.log, level: 'warn' }, context.stderr);
    const source = configuredSource({ config, logger, stdin: context.stdin }, config.receiver);
    this.#station = new Station(config, source, logger);
  }

  /** Listens until the signal aborts, or a recording ends. @throws Fault of the source */
  async listen(signal: AbortSignal): Promise<void> {
    await this.#station.open(signal);
    await this.#station.run(signal, {
      heard: (reception) => this.#heard.note(readingOf(reception.packet, reception)),
      worked: async () => {},
      droppedLines: () => 0,
    });
  }

  get candidates(): Candidates {
    return { candidates: this.#heard.candidates, withoutHistory: 0 };
  }
}
