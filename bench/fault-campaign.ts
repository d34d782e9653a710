import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Band } from '../src/synth/band.js';
import { BandServer } from '../src/synth/band-server.js';
import { populate } from '../src/synth/meter.js';
import type { Sending } from '../src/synth/sending.js';
import type { TransportFault } from '../src/synth/transport-fault.js';
import {
  type Balance,
  balanceOf,
  believedIn,
  type Heard,
  keyOf,
  keyOfSending,
  storedIn,
} from './campaign-balance.js';
import { ERTD } from './timed.js';

/** What became of a daemon to whose radio faults happened. */
export interface CampaignResult extends Balance {
  /** For each fault, from its end to the next reading of a packet that was sent after it, s; null where none came. */
  readonly recoverySeconds: readonly (number | null)[];
  /** Whether it was one process from the first fault to the last. */
  readonly oneProcess: boolean;
  /** Exit status in the end. */
  readonly status: number | null;
  /** After each fault. */
  readonly memory: readonly Held[];
}

/** Memory of the daemon right after everything that nobody holds was let go, bytes. */
export interface Held {
  /** Objects and buffers of the main thread. */
  readonly held: number;
  /** Resident, of all threads. */
  readonly rss: number;
}

/** Preloaded into the daemon. */
const PROBE = fileURLToPath(new URL('memory-probe.js', import.meta.url));
const WINDOW = { center: '912.6M', rate: '1.024M' };
/** Channels that lie in the window with room to wander. */
const WINDOW_CHANNELS = { least: 9, most: 13 };
/** Air on either side of a fault in which nothing is asked for, s: what was on its way, what is learnt of the noise. */
const BEFORE_SECONDS = 0.5;
const AFTER_SECONDS = 1.5;
/** A daemon that has not come back after so long does not, s. */
const PATIENCE_SECONDS = 30;
const METERS = 12;

/** Time of the band in which nothing is asked for. */
interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A daemon that listens to a virtual band, to which faults happen. */
export class FaultCampaign {
  readonly #database: string;
  readonly #server: BandServer;
  readonly #band: Band;
  readonly #received: Sending[] = [];
  readonly #troubles: Stretch[] = [];
  readonly #lines: Heard[] = [];
  readonly #memory: Held[] = [];
  #ertd: ChildProcess | null = null;

  /** @param database path of a file that does not exist */
  constructor(database: string, seed: number) {
    this.#database = database;
    this.#band = bandOf(seed);
    this.#server = new BandServer({
      band: this.#band,
      dongle: { noiseRms: 0.05, ppm: 5, driftPpm: 2, settleSeconds: 0.02 },
      seed,
      onHeard: ({ sending }) => this.#received.push(sending),
    });
  }

  /** @param healthyMs time without a fault between two of them, beside what is left out of the balance */
  async run(faults: Iterable<TransportFault>, healthyMs: number): Promise<CampaignResult> {
    const ertd = this.#start(await this.#server.listen('127.0.0.1', 0));
    const gone = once(ertd, 'close');
    try {
      const recoverySeconds = await this.#sufferAll(faults, healthyMs);
      const oneProcess = ertd.exitCode === null;
      ertd.kill('SIGTERM');
      await gone;
      return { recoverySeconds, oneProcess, status: ertd.exitCode, ...this.#balance(), memory: this.#memory };
    } finally {
      ertd.kill('SIGKILL');
      await this.#server.close();
    }
  }

  async #sufferAll(faults: Iterable<TransportFault>, healthyMs: number): Promise<(number | null)[]> {
    const recoverySeconds: (number | null)[] = [];
    // Nothing is asked for before it listens.
    await this.#trouble(async () => void (await this.#readingOf(this.#server.seconds)));
    for (const fault of faults) {
      await this.#healthy(healthyMs);
      await this.#trouble(async () => void recoverySeconds.push(await this.#suffer(fault)));
      await this.#weigh();
      if (this.#ertd?.exitCode !== null) break;
    }
    await this.#healthy(healthyMs);
    this.#troubles.push({ from: this.#server.seconds, until: Number.POSITIVE_INFINITY });
    return recoverySeconds;
  }

  /** Asks the daemon what it holds. */
  async #weigh(): Promise<void> {
    const ertd = this.#ertd;
    if (ertd?.connected !== true) return;
    ertd.send('weigh');
    const over = new AbortController();
    const answer = await Promise.race([
      once(ertd, 'message', over),
      once(ertd, 'exit', over).then(() => []),
    ]).finally(() => over.abort());
    if (answer[0] !== undefined) this.#memory.push(answer[0]);
  }

  async #trouble(happen: () => Promise<void>): Promise<void> {
    const from = this.#server.seconds;
    await happen();
    this.#troubles.push({ from, until: this.#server.seconds });
  }

  #start(port: number): ChildProcess {
    const args = [
      ...['--expose-gc', '--import', PROBE],
      ...[ERTD, 'run', '--source', `rtltcp://127.0.0.1:${port}`, '--center', WINDOW.center],
      ...[
        '--rate',
        WINDOW.rate,
        '--db',
        this.#database,
        '--unknown',
        'store',
        '--store-packets',
        'true',
        '--commit-interval',
        '1s',
      ],
      ...['--output', 'jsonl', '--log-level', 'error'],
    ];
    const ertd = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let rest = '';
    ertd.stdout?.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#lines.push(JSON.parse(line));
    });
    this.#ertd = ertd;
    return ertd;
  }

  /** @returns from the end of the fault to the first reading after it, s; null where none came */
  async #suffer(fault: TransportFault): Promise<number | null> {
    await this.#server.inject(fault);
    const overAt = this.#server.seconds;
    return (await this.#readingOf(overAt)) ? this.#server.seconds - overAt : null;
  }

  /** Waits for a reading of a packet that was received in full after this time of the band. */
  async #readingOf(afterSeconds: number): Promise<boolean> {
    const from = this.#lines.length;
    while (this.#server.seconds < afterSeconds + PATIENCE_SECONDS && this.#ertd?.exitCode === null) {
      const sent = new Set(this.#received.filter(({ seconds }) => seconds > afterSeconds).map(keyOfSending));
      if (this.#lines.slice(from).some((line) => sent.has(keyOf(line)))) return true;
      await sleep(20);
    }
    return false;
  }

  async #healthy(ms: number): Promise<void> {
    await sleep(ms + 1000 * (AFTER_SECONDS + BEFORE_SECONDS));
  }

  #balance(): Balance {
    const sure = this.#received.filter(({ seconds }) =>
      this.#troubles.every(
        ({ from, until }) => seconds < from - BEFORE_SECONDS || seconds > until + AFTER_SECONDS,
      ),
    );
    return balanceOf({
      sure,
      sent: this.#band.sendings(0, this.#server.seconds),
      printed: this.#lines,
      stored: storedIn(this.#database),
      believed: believedIn(this.#database),
    });
  }
}

/** Meters that are heard well, and whose register moves on with every packet: so each packet is told from all others. */
function bandOf(seed: number): Band {
  const population = {
    meters: METERS,
    firstId: 10_000_001,
    class: 'mix',
    periodSeconds: { least: 1, most: 2 },
    ebN0Db: { least: 20, most: 30 },
    relayedShare: 0,
  } as const;
  const meters = populate(population, seed).map((meter) => ({
    ...meter,
    hops: meter.hops.filter((channel) => channel >= WINDOW_CHANNELS.least && channel <= WINDOW_CHANNELS.most),
    register: { first: 0, perSecond: 100, size: 2 ** 24, swings: [] },
  }));
  return new Band({ meters, interferersPerSecond: 0, wanderHz: 2000, seed });
}
