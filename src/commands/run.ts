import { Command, Option } from 'commander';
import type { LoadedConfig, Origin } from '../config/layers.js';
import type { SettingName } from '../config/settings.js';
import { Daemon } from '../daemon.js';
import type { SettingView } from '../http/house.js';
import { createLogger } from '../log.js';
import type { RecordingFacts } from '../sources/file-name.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { addPacketOptions, PACKET_HELP, type PacketOptions, packetFilter } from './packet-options.js';

const NOTES = `
Sources:
  rtlsdr                        the first free dongle of this machine (ertd devices lists them)
  rtlsdr:SERIAL                 the dongle whose serial is, begins or ends like this
  usb, usb:SERIAL               the same, opened by ertd itself and not by rtl_tcp: one with an R820T, or a Blog V4
  rtltcp://HOST:PORT            a dongle that an rtl_tcp server has, on this machine or another
  exec:COMMAND                  a program that writes samples to its standard output, of the --format given;
                                {center} and {rate} in it stand for --center and --rate. No shell is involved.
  FILE, -                       a recording, standard input

A dongle that is pulled out, a server that goes away, a program that ends or falls silent is waited for; one that
is not there at the start is a reason to exit. ertd status tells how it fares. A recording tells its rate, centre
and format itself, unless --rate, --center or --format are given beside it.

Gain: auto is found by ertd, raised until the noise is clear of the converter's steps and lowered when samples
clip; agc is left to the tuner; a number of dB is fixed.

--record-bursts keeps the last seconds of samples and saves those around packets of the meters in --record-meters, around
strong candidates that were refused, and around packets that are strange (--record-kinds says which of these). They are
SigMF, for ertd explain; the oldest go when there are more than --record-limit.
${PACKET_HELP}
Signals: TERM and INT write everything out and exit with 0, and so does HUP when the terminal it was started from is
closed; without one (a service, nohup) HUP is left unheeded. USR2 writes to the database at once.

Examples:
  ertd run                                        # a dongle, and the database /var/lib/ertd/ertd.db
  ertd run --db meters.db --output table          # another database, and see the packets as they come
  ertd run --source rtlsdr:42                     # a certain dongle
  ertd run --source usb:42                        # the same without rtl_tcp
  ertd run --source rtlsdr:A --more-sources rtlsdr:B@915M     # two dongles, each with its part of the band
  ertd run --source rtltcp://192.168.1.5:1234     # a dongle on another machine (there: rtl_tcp -a 0.0.0.0)
  ertd run --source 'exec:rx_sdr -f {center} -s {rate} -F CS16 -' --format cs16
  ertd run --source 'exec:hackrf_transfer -r - -f {center} -s {rate} -l 32 -g 20' --format cs8 --rate 12.5M
  ertd run --gain 28 --ppm 12                     # a fixed gain, and a dongle whose crystal is 12 ppm off
  ertd run --center 916M --rate 2.4M              # another part of the band
  ertd run --listen auto                          # moved about by what is heard where; see ertd survey too
  ertd run --record-bursts bursts --record-meters 10000001 --record-limit 200M     # and the air around its packets
  ertd run --db "" --output rtlamr-json --filter-id 10000001 --single     # one packet, for a script made for rtlamr
  ertd run --db "" --output jsonl | mosquitto_pub -l -t meters     # no database, lines for other programs
`;

interface RunOptions extends PacketOptions {
  readonly root: string;
}

/** `ertd run`: the daemon. */
export function runCommand(context: CommandContext): Command {
  return addPacketOptions(addConfigOptions(new Command('run')))
    .description('receive from a radio and keep the readings, until stopped')
    .addOption(new Option('--root <folder>', 'Where the files of the machine lie.').default('/').hideHelp())
    .addHelpText('after', NOTES)
    .action(async ({ root, ...options }: RunOptions, command: Command) => {
      const loaded = loadCommandConfig(command, context);
      const { config } = loaded;
      const over = new AbortController();
      const daemon = new Daemon({
        config,
        logger: createLogger(config.log, context.stderr),
        stdout: context.stdout,
        printed: packetFilter(options, () => over.abort()),
        stdin: config.receiver.source === '-' ? context.stdin : undefined,
        recording: recordingFacts(loaded),
        settings: settingViews(loaded),
        env: context.env,
        machineRoot: root,
      });
      context.onFlushRequest(() => void daemon.flush());
      const limit = options.duration ? [AbortSignal.timeout(options.duration)] : [];
      await daemon.run(AbortSignal.any([context.signal, over.signal, ...limit]));
    });
}

/** Every setting as it may be shown. */
function settingViews({ effective }: LoadedConfig): SettingView[] {
  return effective.map(({ setting: { name, description, secret }, value, origin }) => ({
    name,
    value: secret && value !== '' ? 'hidden' : (value ?? null),
    origin: origin.where,
    description,
  }));
}

/** From the weakest to the strongest. */
const LAYERS: readonly Origin['layer'][] = ['default', 'file', 'environment', 'flag'];

/**
 * What the configuration says of a recording. A setting of a weaker layer than the source's was meant for
 * another source: a rate in the file is the dongle's, where the recording was named by a flag.
 */
export function recordingFacts({ config: { receiver }, effective }: LoadedConfig): RecordingFacts {
  const strength = (name: SettingName): number => {
    const entry = effective.find(({ setting }) => setting.name === name);
    return LAYERS.indexOf(entry?.origin.layer ?? 'default');
  };
  const isMeant = (name: SettingName): boolean =>
    strength(name) > 0 && strength(name) >= strength('receiver.source');
  return {
    format: isMeant('receiver.format') ? receiver.format : undefined,
    sampleRateHz: isMeant('receiver.sampleRateHz') ? receiver.sampleRateHz : undefined,
    centerHz: isMeant('receiver.centerHz') ? receiver.centerHz : undefined,
  };
}
