import { endpointKeyOf } from '../../src/readings/endpoint.js';
import type { Entry, MeterEvent, RegisterReading } from '../../src/readings/entry.js';
import { Ledger, type LedgerOptions } from '../../src/readings/ledger.js';
import type { LedgerState } from '../../src/readings/ledger-state.js';
import type { OwnMeter } from '../../src/readings/own-meter.js';
import type { Scene } from './scene.js';

/** How a ledger's readings of a scene compare with the truth. */
export interface Account {
  readonly packets: number;
  readonly readings: number;
  /** Readings that say something else than the meter did. */
  readonly wrong: readonly RegisterReading[];
  readonly spikes: number;
  readonly events: readonly MeterEvent[];
  /** The last reading of each register, by meter and register. */
  readonly last: ReadonlyMap<string, RegisterReading>;
  /** By how much its total is off, counts: what was used since its first reading, less what that says. */
  readonly off: ReadonlyMap<string, number>;
}

/** The user's description of every meter of a scene, the three IDs of the net meter joined if asked for. */
export function ownMetersOf(scene: Scene): OwnMeter[] {
  const nothing = { commodity: null, scale: null, modulus: null, maxPerHour: null };
  return scene.meters
    .filter(({ kind, id }) => kind !== 'net' || id === scene.planted.net.id)
    .map(({ id, kind }) => ({
      ...nothing,
      key: endpointKeyOf({ protocol: kind === 'water' ? 'R900' : 'SCM', id }),
      name: `${kind} ${id}`,
      siblings: new Map(
        kind === 'net'
          ? [
              [endpointKeyOf({ protocol: 'SCM', id: id + 1 }), 'generation' as const],
              [endpointKeyOf({ protocol: 'SCM', id: id + 2 }), 'net' as const],
            ]
          : [],
      ),
    }));
}

/** How far a reading may be off: what is counted between two packets of one moment. */
const TOLERANCE = 1;
/** How often the ledger is told the time, ms. */
const TICK_MS = 60_000;

export interface HearOptions extends LedgerOptions {
  /** The ledger is begun anew, from the state it kept, after so many packets each time; never where absent. */
  readonly restartEvery?: number;
  /** Is given the ledger before it hears anything, and each that takes its place. */
  readonly onLedger?: (ledger: Ledger) => void;
  /** Is given all that the ledger tells. */
  readonly onEntry?: (entry: Entry) => void;
}

/** Lets a ledger hear a scene. */
export function hear(scene: Scene, { restartEvery, onLedger, onEntry, ...options }: HearOptions): Account {
  let ledger = new Ledger(options);
  onLedger?.(ledger);
  const events: MeterEvent[] = [];
  const wrong: RegisterReading[] = [];
  const [first, last] = [new Map<string, RegisterReading>(), new Map<string, RegisterReading>()];
  let [packets, readings, tickedMs] = [0, 0, scene.options.startMs];
  const take = (entries: readonly Entry[]): void => {
    for (const entry of entries) {
      onEntry?.(entry);
      if (entry.kind === 'event') events.push(entry);
      if (entry.kind !== 'reading') continue;
      readings += 1;
      const name = `${entry.meter.key} ${entry.register}`;
      if (!first.has(name)) first.set(name, entry);
      last.set(name, entry);
      if (!isTrue(scene, entry)) wrong.push(entry);
    }
  };
  for (const packet of scene.packets()) {
    packets += 1;
    while (packet.timeMs - tickedMs >= TICK_MS) {
      tickedMs += TICK_MS;
      take(ledger.tick(tickedMs));
    }
    take(ledger.take(packet));
    if (restartEvery === undefined || packets % restartEvery > 0) continue;
    ledger = new Ledger({ ...options, state: stateOf(ledger, packet.timeMs) });
    onLedger?.(ledger);
  }
  return {
    packets,
    readings,
    wrong,
    spikes: scene.spikes.length,
    events,
    last,
    off: offBy(scene, first, last),
  };
}

/** What a database would have of a ledger. */
function stateOf({ journal }: Ledger, latestMs: number): LedgerState {
  journal.writeAllAgain();
  const { endpoints, suspects, memories } = journal.changes(true);
  const waiting = suspects.filter(({ outcome }) => outcome === 'waiting').map(({ suspect }) => suspect);
  return structuredClone({ endpoints, waiting, memories, latestMs });
}

function offBy(
  scene: Scene,
  first: ReadonlyMap<string, RegisterReading>,
  last: ReadonlyMap<string, RegisterReading>,
): Map<string, number> {
  const used = ({ packet, timeMs }: RegisterReading): number => scene.meter(packet.id).totalAt(timeMs);
  return new Map(
    [...first].map(([name, begin]) => {
      const end = last.get(name) ?? begin;
      return [name, used(end) - used(begin) - (end.totalCounts - begin.totalCounts)];
    }),
  );
}

function isTrue(scene: Scene, { packet, timeMs, counts }: RegisterReading): boolean {
  const meter = scene.meters.find(({ id }) => id === packet.id);
  return meter !== undefined && Math.abs(counts - meter.countsAt(timeMs)) <= TOLERANCE;
}

/** The resolution of a register at both ends, counts. */
const RESOLUTION = 2;
/** What the exchanged meter may have used between the last packet before and the first one after. */
const EXCHANGE = 20;

/** Registers whose total is off by more than they tell. */
export function wrongTotalsOf(scene: Scene, { off }: Account): [string, number][] {
  const { exchange } = scene.planted;
  return [...off].filter(
    ([name, counts]) => Math.abs(counts) > (name.startsWith(`ert-${exchange.id} `) ? EXCHANGE : RESOLUTION),
  );
}

/** The events that a scene has, in the order of their names. */
export function plantedEventsOf({ planted: { exchange, leak } }: Scene): string[] {
  return [
    'outage',
    `register.began-anew ert-${exchange.id}`,
    `leak neptune-${leak.id}`,
    `use.night neptune-${leak.id}`,
    'receiver.silent',
  ].sort();
}

/** Each that was told once, however often that was, by type and meter. */
export function toldEventsOf({ events }: Pick<Account, 'events'>): string[] {
  const first = new Map(events.map((event) => [event.id, event]));
  return [...first.values()].map(({ type, meter }) => `${type} ${meter?.key ?? ''}`.trim()).sort();
}
