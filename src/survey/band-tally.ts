import { CELLS, cellAt, cellsOf } from '../listening/cells.js';
import { possibleCenters } from '../listening/windows.js';

/** Meters that are counted: more are no street. */
const MOST_METERS = 2000;
/** Carriers that are kept of a meter. */
const MOST_CARRIERS = 5000;

/** Windows that differ by less than this share are told apart by what else they hear. */
const ALIKE = 0.01;

/** A packet, as far as a survey cares. */
export interface Heard {
  readonly id: number;
  readonly protocol: string;
  readonly type: number;
  readonly carrierHz: number;
  readonly snrDb: number;
}

/** A meter that was heard. */
export interface MeterTally {
  readonly id: number;
  readonly protocol: string;
  readonly type: number;
  packets: number;
  strongestSnrDb: number;
  /** Packets by cell. */
  readonly cells: Float64Array;
  /** Of each packet, Hz; of the first thousands. */
  readonly carriers: number[];
}

/** What a window would hear. */
export interface WindowWorth {
  readonly centerHz: number;
  /** Of the meters that count. */
  readonly packetsPerHour: number;
  /** IDs of those that were heard in it. */
  readonly meters: readonly number[];
}

/** What was heard in which part of the band, and how long that was listened to. */
export class BandTally {
  readonly meters = new Map<number, MeterTally>();
  readonly #sampleRateHz: number;
  /** Time that each cell was listened to, s. */
  readonly #seconds = new Float64Array(CELLS);

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  listened(centerHz: number, seconds: number): void {
    const { first, end } = cellsOf(centerHz, this.#sampleRateHz);
    for (let cell = first; cell < end; cell++) this.#seconds[cell] += seconds;
  }

  heard({ id, protocol, type, carrierHz, snrDb }: Heard): void {
    const meter = this.meters.get(id) ?? {
      ...{ id, protocol, type, packets: 0, strongestSnrDb: snrDb },
      cells: new Float64Array(CELLS),
      carriers: [],
    };
    if (!this.meters.has(id) && this.meters.size >= MOST_METERS) return;
    this.meters.set(id, meter);
    meter.packets += 1;
    meter.strongestSnrDb = Math.max(meter.strongestSnrDb, snrDb);
    const cell = cellAt(carrierHz);
    if (cell !== null) meter.cells[cell] += 1;
    if (meter.carriers.length < MOST_CARRIERS) meter.carriers.push(carrierHz);
  }

  /** How long a carrier could have been heard, s. */
  secondsAt(carrierHz: number): number {
    const cell = cellAt(carrierHz);
    return cell === null ? 0 : this.#seconds[cell];
  }

  /** What a meter would send in an hour if all of the band were heard. */
  packetsPerHour({ cells }: MeterTally, { first, end } = { first: 0, end: CELLS }): number {
    let perSecond = 0;
    for (let cell = first; cell < end; cell++) {
      if (this.#seconds[cell] > 0) perSecond += cells[cell] / this.#seconds[cell];
    }
    return 3600 * perSecond;
  }

  /**
   * The window that hears most of the meters that count, and of these most packets.
   * @param wanted their IDs; all that were heard where there are none
   */
  bestWindow(wanted: readonly number[]): WindowWorth {
    const counted = [...this.meters.values()].filter(({ id }) => wanted.length === 0 || wanted.includes(id));
    const all = [...this.meters.values()];
    const windows = possibleCenters(this.#sampleRateHz).map((centerHz) => ({
      worth: this.#worthOf(centerHz, counted),
      others: this.#worthOf(centerHz, all).packetsPerHour,
    }));
    const best = windows.reduce((one, other) => {
      const order = compare(other.worth, one.worth, wanted.length > 0) || other.others - one.others;
      return order > 0 ? other : one;
    });
    return best.worth;
  }

  #worthOf(centerHz: number, counted: readonly MeterTally[]): WindowWorth {
    const range = cellsOf(centerHz, this.#sampleRateHz);
    const rates = counted.map((meter) => ({ id: meter.id, rate: this.packetsPerHour(meter, range) }));
    return {
      centerHz,
      packetsPerHour: rates.reduce((sum, { rate }) => sum + rate, 0),
      meters: rates.filter(({ rate }) => rate > 0).map(({ id }) => id),
    };
  }
}

/** Positive where the one is better: where meters were named each of them counts, else what comes in all. */
function compare(one: WindowWorth, other: WindowWorth, areNamed: boolean): number {
  const more = one.meters.length - other.meters.length;
  if (areNamed && more !== 0) return more;
  const difference = one.packetsPerHour - other.packetsPerHour;
  return Math.abs(difference) <= ALIKE * other.packetsPerHour ? 0 : difference;
}
