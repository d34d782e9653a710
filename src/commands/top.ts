import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { HttpClient } from '../http/client.js';
import type { StatusView } from '../http/house.js';
import { listenAddressOf, urlOf } from '../http/listen-address.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { type TopMeter, type TopPacket, topScreen } from './top-screen.js';

const HELP = `
Shows receivers, meters and packets as they come, as the dashboard does: the daemon needs http.listen for it.

Examples:
  ertd top                                       # the daemon of this machine
  ertd top http://192.168.1.5:8080 --token ertd_…   # another one; its "ertd auth token top" gives the token
  ertd top --once                                # one screen, for a script
`;

/** How often the screen is drawn, and the meters are asked for, ms. */
const DRAW_MS = 500;
const METERS_MS = 5000;
const PACKETS_KEPT = 100;
/** Another screen than the one with the shell's lines, without a cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H\u001b[J';

interface TopOptions {
  readonly token?: string;
  readonly once?: boolean;
}

/** `ertd top`: the dashboard in a terminal. */
export function topCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('top'), [])
    .description('show receivers, meters and packets as they come, in the terminal')
    .argument('[url]', 'address of the dashboard; else that of the configuration')
    .addOption(new Option('--token <token>', 'Token, where the dashboard has a password.').env('ERTD_TOKEN'))
    .addOption(new Option('--once', 'Print one screen and end.'))
    .addHelpText('after', HELP)
    .action(async (url: string | undefined, options: TopOptions, command: Command) => {
      const client = new HttpClient(url ?? configuredUrl(command, context), options.token);
      await new Top(context, client).run(options.once ?? context.stdout.isTTY !== true);
    });
}

function configuredUrl(command: Command, context: CommandContext): string {
  const { listen, tlsCertificate } = loadCommandConfig(command, context).config.http;
  if (listen === '') {
    throw new Fault(
      'CONFIG',
      'ertd top asks the dashboard, and http.listen is not set; set it, or give an address.',
    );
  }
  return urlOf(listenAddressOf(listen), tlsCertificate === '' ? 'http' : 'https');
}

class Top {
  readonly #context: CommandContext;
  readonly #client: HttpClient;
  #status: StatusView | null = null;
  #meters: readonly TopMeter[] = [];
  readonly #packets: TopPacket[] = [];

  constructor(context: CommandContext, client: HttpClient) {
    this.#context = context;
    this.#client = client;
  }

  async run(once: boolean): Promise<void> {
    const { stdout, signal } = this.#context;
    this.#status = await this.#client.get<StatusView>('/api/v1/status', signal);
    await this.#askMeters();
    if (once) {
      stdout.write(`${this.#lines(Number.POSITIVE_INFINITY, 60).join('\n')}\n`);
      return;
    }
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    stdout.write(ENTER);
    try {
      await Promise.race([this.#listen(until), this.#draw(until), this.#renewMeters(until)]);
    } finally {
      over.abort();
      stdout.write(LEAVE);
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const { name, data } of this.#client.events(signal)) {
      if (name === 'status') this.#status = data as StatusView;
      if (name === 'packet') this.#packets.unshift((data as { readonly packet: TopPacket }).packet);
      this.#packets.length = Math.min(this.#packets.length, PACKETS_KEPT);
    }
  }

  async #draw(signal: AbortSignal): Promise<void> {
    const { stdout } = this.#context;
    while (!signal.aborted) {
      stdout.write(`${HOME}${this.#lines(stdout.columns ?? 100, stdout.rows ?? 40).join('\n')}`);
      await delay(DRAW_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #renewMeters(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(METERS_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.#askMeters();
    }
  }

  async #askMeters(): Promise<void> {
    const { meters } = await this.#client.get<{ meters: TopMeter[] }>('/api/v1/meters', this.#context.signal);
    this.#meters = meters;
  }

  #lines(columns: number, rows: number): string[] {
    if (this.#status === null) return [];
    const state = { status: this.#status, meters: this.#meters, packets: this.#packets, nowMs: Date.now() };
    return topScreen(state, columns, rows);
  }
}
