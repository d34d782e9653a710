import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Fault, systemErrorCode } from '../errors.js';
import { checkOverwrite, OutputFile } from '../record/output-file.js';
import { addressOf } from '../sources/rtltcp-protocol.js';
import { Band } from '../synth/band.js';
import type { BandClient } from '../synth/band-client.js';
import { BandServer } from '../synth/band-server.js';
import type { Dongle } from '../synth/dongle.js';
import { Random } from '../synth/random.js';
import { type PlannedFault, randomFaults } from '../synth/transport-fault.js';
import { truthOf } from '../synth/truth.js';
import type { HeardPacket } from '../synth/virtual-radio.js';
import type { CommandContext } from './context.js';
import { metersOf, noiseRms } from './street-options.js';
import {
  addServeOptions,
  type ListenAddress,
  parseListenAddress,
  type ServeOptions,
} from './synth-serve-options.js';

const HELP = `
Serves a street of ERT meters that do not exist as rtl_tcp serves a dongle: whatever speaks its protocol can listen, and
its commands for frequency, rate, gain and ppm change what it hears. The air goes by whether or not anybody listens.
Several may listen at once, each with a dongle of its own (an R820T, automatic gain at first), all to the same air.
Nothing is transmitted: what is made are samples for programs.

The meters hop over their 50 channels from 909.6 to 921.8 MHz (R900: from 911.1 to 919.1), on carriers that wander;
signals of other systems come and go between 902 and 928 MHz. The noise is that of automatic gain at 2.36 MS/s. What the
meters send is told by ertd synth --help.

Faults are stall (the connection stays, nothing comes), disconnect (it ends, nobody answers), garbage (other bytes than
samples) and slow (most of the samples are lost). After the @ is when, counted from the start; for how long may follow,
as in stall@30s+8s. --fault-every makes up faults of all kinds, others for another seed.

Examples:
  ertd synth serve                                # in one terminal, and in another:
  ertd run --source rtltcp://127.0.0.1:1234 --db "" --output table
  ertd synth serve 0.0.0.0:1234 --meters 200 --ppm 35 --drift 5      # for other machines, by a poor dongle
  ertd synth serve --hop 914M..917M               # meters that stay in a part of the band
  ertd synth serve --protocols idm,netidm         # electric meters that tell of their intervals
  ertd synth serve --fault stall@30s --fault disconnect@1m+20s       # what becomes of who listens?
  ertd synth serve --fault-every 20s --seed 7 --truth sent.jsonl
`;

/** After it was tuned a dongle gives nothing for so long, s. */
const SETTLE_SECONDS = 0.02;

/** `ertd synth serve`: a dongle that does not exist, in a street that does not exist. */
export function synthServeCommand(context: CommandContext): Command {
  return addServeOptions(new Command('serve'))
    .description('serve such a street live, as rtl_tcp serves a dongle')
    .argument('[address]', 'host:port to listen on, or a port of this machine', '127.0.0.1:1234')
    .addHelpText('after', HELP)
    .action(async (address: string, options: ServeOptions) => {
      await new SynthServe(context, options).run(parseListenAddress(address));
    });
}

/** One call of `ertd synth serve`: its band, its server, its faults. */
class SynthServe {
  readonly #context: CommandContext;
  readonly #options: ServeOptions;
  readonly #startMs = Date.now();
  readonly #band: Band;
  readonly #server: BandServer;
  #truth: OutputFile | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(context: CommandContext, options: ServeOptions) {
    const random = new Random(options.seed);
    const { interferers, wander, speed } = options;
    this.#context = context;
    this.#options = options;
    this.#band = new Band({
      meters: metersOf(options, random.int32()),
      interferersPerSecond: interferers,
      wanderHz: wander,
      seed: random.int32(),
    });
    this.#server = new BandServer({
      band: this.#band,
      dongle: dongleOf(options),
      seed: random.int32(),
      speed,
      onEvent: (message) => this.#say(message),
      onHeard: (packet, client) => this.#note(packet, client),
    });
  }

  async run(address: ListenAddress): Promise<void> {
    const { signal } = this.#context;
    const { truth } = this.#options;
    if (truth !== undefined) {
      await checkOverwrite([truth], this.#options.force === true);
      this.#truth = await OutputFile.create(truth);
    }
    const port = await this.#listen(address);
    const served = addressOf(address.host, port);
    // Where all of the machine's addresses are listened on, this machine may take the nearest.
    const near = addressOf(/^(0\.0\.0\.0|::)$/.test(address.host) ? '127.0.0.1' : address.host, port);
    const meters = `${this.#band.meters.length} meters`;
    this.#say(`Serving ${meters} on ${served}; listen with: ertd run --source rtltcp://${near}`);
    try {
      void this.#fail();
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await this.#server.close();
      await this.#writing;
      await this.#truth?.close();
    }
  }

  async #listen({ host, port }: ListenAddress): Promise<number> {
    try {
      return await this.#server.listen(host, port);
    } catch (error) {
      const code = systemErrorCode(error);
      const why = code === 'EADDRINUSE' ? 'another program listens there' : (code ?? String(error));
      const message = `${addressOf(host, port)} cannot be listened on (${why}): name another address.`;
      throw new Fault('SOURCE_NOT_FOUND', message, { cause: error });
    }
  }

  /** Lets all planned faults happen, each when its time has come. */
  async #fail(): Promise<void> {
    const { fault, faultEvery, seed } = this.#options;
    const happen = async (planned: PlannedFault): Promise<void> => {
      const waitMs = this.#startMs + planned.atMs - Date.now();
      await sleep(Math.max(0, waitMs), undefined, { signal: this.#context.signal });
      void this.#server.inject(planned);
    };
    // A fault whose time does not come is none.
    for (const planned of fault) happen(planned).catch(() => {});
    if (faultEvery === undefined) return;
    for (const planned of randomFaults(faultEvery * 1000, seed)) {
      const failed = await happen(planned).catch(() => true);
      if (failed === true) return;
    }
  }

  #note(packet: HeardPacket, { address, radio }: BandClient): void {
    const file = this.#truth;
    if (file === null) return;
    const { seconds } = packet.sending;
    const time = new Date(this.#startMs + (seconds / this.#options.speed) * 1000).toISOString();
    const row = { ...truthOf(packet, radio.tuning, null), time, seconds, client: address };
    this.#writing = this.#writing.then(() => file.write(`${JSON.stringify(row)}\n`));
  }

  #say(message: string): void {
    this.#context.stderr.write(`ertd: ${message}\n`);
  }
}

function dongleOf(options: ServeOptions): Dongle {
  const { ppm, drift } = options;
  return { noiseRms: noiseRms(options), ppm, driftPpm: drift, settleSeconds: SETTLE_SECONDS };
}
