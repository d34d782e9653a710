import { type Command, InvalidArgumentError, Option } from 'commander';
import { type FlagValue, type LoadedConfig, loadConfig } from '../config/layers.js';
import { type SettingName, settingNamed, valueOfText } from '../config/settings.js';
import type { CommandContext } from './context.js';

/** The flags that override settings, in the order of `--help`; what is set up once has none. */
const FLAG_OF_SETTING = {
  'receiver.source': '--source <uri>',
  'receiver.moreSources': '--more-sources <uris>',
  'receiver.name': '--name <name>',
  'receiver.centerHz': '--center <hertz>',
  'receiver.listen': '--listen <how>',
  'receiver.listenFor': '--listen-for <ids>',
  'receiver.sampleRateHz': '--rate <hertz>',
  'receiver.gainDb': '--gain <dB>',
  'receiver.biasTee': '--bias-tee <boolean>',
  'receiver.bandwidthHz': '--bandwidth <hertz>',
  'receiver.ppm': '--ppm <ppm>',
  'receiver.format': '--format <format>',
  'receiver.threads': '--threads <count>',
  'receiver.kernel': '--kernel <kernel>',
  'decode.protocols': '--protocols <names>',
  'decode.minConfidence': '--min-confidence <probability>',
  'decode.idmMeters': '--idm-meters <ids>',
  'decode.netIdmMeters': '--net-idm-meters <ids>',
  'readings.unknown': '--unknown <what>',
  'readings.pseudonymKey': '--pseudonym-key <file>',
  'database.path': '--db <path>',
  'database.commitInterval': '--commit-interval <time>',
  'database.storePackets': '--store-packets <boolean>',
  'database.packetRetention': '--packet-retention <time>',
  'database.resolution': '--resolution <time>',
  'database.readingInterval': '--reading-interval <time>',
  'output.format': '--output <format>',
  'record.bursts': '--record-bursts <folder>',
  'record.kinds': '--record-kinds <names>',
  'record.meters': '--record-meters <ids>',
  'record.limit': '--record-limit <bytes>',
  'usage.zone': '--zone <name>',
  'usage.intervals': '--intervals <lengths>',
  'usage.demandInterval': '--demand-interval <length>',
  'usage.billingDay': '--billing-day <day>',
  'http.listen': '--http <address>',
  'log.level': '--log-level <level>',
  'log.format': '--log-format <format>',
} as const satisfies Partial<Record<SettingName, string>>;

/** A setting that has a flag. */
type FlaggedSetting = keyof typeof FLAG_OF_SETTING;

/** Which options override a setting; a command may have others that look the same. */
const OVERRIDES = new WeakMap<Option, SettingName>();

const EVERY_FLAGGED = Object.keys(FLAG_OF_SETTING) as FlaggedSetting[];

/**
 * Adds `--config` and the flags that override settings. Their descriptions and checks are those of the schema,
 * so a bad value is a usage error.
 * @param settings those the command makes use of; all by default
 */
export function addConfigOptions(
  command: Command,
  settings: readonly FlaggedSetting[] = EVERY_FLAGGED,
): Command {
  command.addOption(
    new Option('--config <file>', 'Configuration file; else /etc/ertd/config.toml, then ~/.config.'),
  );
  for (const name of settings) command.addOption(overrideOf(name));
  return command;
}

function overrideOf(name: FlaggedSetting): Option {
  const entry = settingNamed(name);
  const initial = entry.initial === undefined ? '' : ` Default: ${[entry.initial].flat().join(',') || '""'}.`;
  const option = new Option(FLAG_OF_SETTING[name], entry.description + initial);
  OVERRIDES.set(option, name);
  return option.argParser((text): FlagValue => {
    const value = valueOfText(entry, text);
    if (!entry.accepts(value)) throw new InvalidArgumentError(`It must be ${entry.wants}.`);
    return { flag: option.long!, value };
  });
}

/**
 * Loads the configuration as the command line of `command` has it: file < environment < its flags.
 * @param command one that `addConfigOptions` was used on, in its action
 * @param file overrides `--config`
 * @throws Fault `CONFIG` that lists what is wrong in the file or the environment
 */
export function loadCommandConfig(command: Command, context: CommandContext, file?: string): LoadedConfig {
  const flags = new Map<SettingName, FlagValue>();
  for (const option of command.options) {
    const name = OVERRIDES.get(option);
    const given: FlagValue | undefined = name && command.opts()[option.attributeName()];
    if (name !== undefined && given !== undefined) flags.set(name, given);
  }
  return loadConfig({ file: file ?? command.opts<{ config?: string }>().config, env: context.env, flags });
}
