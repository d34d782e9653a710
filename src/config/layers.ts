import { type Config, configSchema, LISTS } from '../config.js';
import { Fault } from '../errors.js';
import { type ConfigFile, type Environment, lineOf, readConfigFile } from './file.js';
import { itemProblems } from './list-section.js';
import { nearestSection, nearestSetting, nearestVariable } from './nearest.js';
import { refusal, SECTION_NAMES, SETTINGS, type Setting, type SettingName, valueOfText } from './settings.js';

/** Where a value came from: `where` is a file and line, a variable, a flag, or `default`. */
export interface Origin {
  readonly layer: 'default' | 'file' | 'environment' | 'flag';
  readonly where: string;
}

/** A value that counts, as it would be written in the file; undefined where an optional setting is not set. */
export interface Effective {
  readonly setting: Setting;
  readonly value: unknown;
  readonly origin: Origin;
}

/** A configuration, and how it came to be. */
export interface LoadedConfig {
  readonly config: Config;
  /** Every setting, in the order of the schema. */
  readonly effective: readonly Effective[];
  /** The lists of tables of the file, as they are written there. */
  readonly lists: Lists;
  /** The file that was read, or null. */
  readonly file: string | null;
}

/** Items of lists of tables, such as `tariffs`, by the list's name. */
export type Lists = Readonly<Record<string, readonly unknown[]>>;

/** A value from the command line that its option has already checked. */
export interface FlagValue {
  readonly flag: string;
  readonly value: unknown;
}

/** What to load a configuration from. */
export interface ConfigRequest {
  /** The file named by `--config`; without one the search path is used. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly flags?: ReadonlyMap<SettingName, FlagValue>;
}

/**
 * Puts the configuration together: defaults < file < environment < flags. Every value of every layer is
 * checked, also those that a later layer overrides.
 * @throws Fault `CONFIG` that lists all problems, one a line
 */
export function loadConfig(request: ConfigRequest): LoadedConfig {
  const file = readConfigFile(request.file, request.env);
  const problems: string[] = [];
  const values = new Map<SettingName, Effective>();
  for (const setting of SETTINGS) {
    const origin: Origin = { layer: 'default', where: 'default' };
    values.set(setting.name, { setting, value: setting.initial, origin });
  }
  const given = [
    ...(file === null ? [] : fileLayer(file, problems)),
    ...environmentLayer(request.env, problems),
    ...flagLayer(request.flags ?? new Map()),
  ];
  for (const entry of given) {
    if (entry.setting.accepts(entry.value)) values.set(entry.setting.name, entry);
    else problems.push(refusal(entry.setting, subjectOf(entry), entry.value));
  }
  const lists = file === null ? {} : fileLists(file, problems);
  if (problems.length > 0) throw new Fault('CONFIG', listOf(problems));
  const effective = [...values.values()];
  const config = assemble(effective, lists);
  checkVariants(config.decode);
  return { config, effective, lists, file: file?.path ?? null };
}

function checkVariants({ idmMeters, netIdmMeters }: Config['decode']): void {
  const id = idmMeters.find((one) => netIdmMeters.includes(one));
  if (id === undefined) return;
  const message = `The meter ${id} is in decode.idmMeters and in decode.netIdmMeters; leave it in one of them.`;
  throw new Fault('CONFIG', message);
}

function listOf(problems: readonly string[]): readonly string[] {
  if (problems.length === 1) return problems;
  return [`The configuration has ${problems.length} problems:`, ...problems.map((line) => `  ${line}`)];
}

function subjectOf({ setting, origin }: Effective): string {
  return origin.layer === 'file' ? `${setting.name} (${origin.where})` : origin.where;
}

function assemble(effective: readonly Effective[], lists: Lists): Config {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const { setting, value } of effective) {
    sections[setting.section] ??= {};
    if (value !== undefined) sections[setting.section][setting.key] = value;
  }
  return configSchema.parse({ ...sections, ...lists });
}

function fileLists(file: ConfigFile, problems: string[]): Lists {
  const lists: Record<string, readonly unknown[]> = {};
  for (const [section, schema] of Object.entries(LISTS)) {
    const value = file.content[section] ?? [];
    if (Array.isArray(value) && value.every(isTable)) {
      lists[section] = value;
      const items = value.map((item, index) => ({ section, index, value: item, schema }));
      problems.push(...items.flatMap((item) => itemProblems(item, file)));
    } else problems.push(`${section} (${file.path}) must be a list of tables, [[${section}]].`);
  }
  return lists;
}

function fileLayer(file: ConfigFile, problems: string[]): Effective[] {
  const whereIs = (section: string, key?: string): string => {
    const line = lineOf(file.text, section, key);
    return line === null ? file.path : `${file.path}, line ${line}`;
  };
  return Object.entries(file.content).flatMap(([section, content]) => {
    if (Object.hasOwn(LISTS, section)) return [];
    if (!SECTION_NAMES.includes(section)) {
      problems.push(`There is no "${section}" (${whereIs(section)}); ${nearestSection(section)}`);
      return [];
    }
    if (!isTable(content)) {
      problems.push(`${section} (${whereIs(section)}) is a value; it must be a section, [${section}].`);
      return [];
    }
    return Object.entries(content).flatMap(([key, value]) => {
      const setting = SETTINGS.find((entry) => entry.section === section && entry.key === key);
      const where = whereIs(section, key);
      if (setting !== undefined) return [{ setting, value, origin: { layer: 'file' as const, where } }];
      problems.push(`There is no setting "${section}.${key}" (${where}); ${nearestSetting(section, key)}`);
      return [];
    });
  });
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function environmentLayer(env: Environment, problems: string[]): Effective[] {
  return Object.entries(env).flatMap(([variable, text]) => {
    if (!variable.startsWith('ERTD_') || text === undefined) return [];
    const setting = SETTINGS.find((entry) => entry.variable === variable);
    if (setting !== undefined) {
      const origin: Origin = { layer: 'environment', where: variable };
      return [{ setting, value: valueOfText(setting, text), origin }];
    }
    problems.push(`There is no environment variable "${variable}"; ${nearestVariable(variable)}`);
    return [];
  });
}

function flagLayer(flags: ReadonlyMap<SettingName, FlagValue>): Effective[] {
  return SETTINGS.flatMap((setting) => {
    const given = flags.get(setting.name);
    if (given === undefined) return [];
    return [{ setting, value: given.value, origin: { layer: 'flag' as const, where: given.flag } }];
  });
}
