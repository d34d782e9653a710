import * as z from 'zod';
import { SECTIONS } from '../config.js';
import { WANTS } from './setting-schema.js';

type Sections = typeof SECTIONS;

/** `receiver.centerHz`, … */
export type SettingName = {
  [Section in keyof Sections]: `${Section}.${keyof Sections[Section]['shape'] & string}`;
}[keyof Sections];

/** One key of one section, as it is written in the file and in the environment. */
export interface Setting {
  readonly name: SettingName;
  readonly section: string;
  readonly key: string;
  /** `ERTD_RECEIVER_CENTER_HZ`, … */
  readonly variable: string;
  readonly description: string;
  /** The end of the sentence "KEY is VALUE; it must be …". */
  readonly wants: string;
  accepts(value: unknown): boolean;
  /** As it would be written in the file; undefined where a setting has no default. */
  readonly initial: unknown;
  /** Whether its value is not to be printed. */
  readonly secret: boolean;
}

function settingOf(section: string, key: string, schema: z.ZodType): Setting {
  const { wants = '', variable, secret = false } = WANTS.get(schema) ?? {};
  return {
    name: `${section}.${key}` as SettingName,
    section,
    key,
    variable: variable ?? `ERTD_${section}_${key.replace(/[A-Z]/g, '_$&')}`.toUpperCase(),
    description: schema.description ?? '',
    wants,
    accepts: (value) => value !== undefined && schema.safeParse(value).success,
    initial: schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined,
    secret,
  };
}

/** Every setting, in the order of the schema. */
export const SETTINGS: readonly Setting[] = Object.entries(SECTIONS).flatMap(([section, { shape }]) =>
  Object.entries(shape).map(([key, schema]) => settingOf(section, key, schema)),
);

export const SECTION_NAMES: readonly string[] = Object.keys(SECTIONS);

const SETTING_OF_NAME = new Map(SETTINGS.map((entry) => [entry.name, entry]));

export function settingNamed(name: SettingName): Setting {
  return SETTING_OF_NAME.get(name)!;
}

/**
 * Gives a text from the environment or the command line the type its setting takes: `3` becomes a number,
 * `true` a boolean, `a,b` a list. A text that fits none stays as it is, for `accepts` to refuse.
 */
export function valueOfText(entry: Setting, text: string): unknown {
  const bare = text.trim();
  const readings: unknown[] = [text, bare, bare.split(/\s*,\s*/)];
  if (bare !== '') readings.push(Number(bare));
  if (bare === 'true' || bare === 'false') readings.push(bare === 'true');
  return readings.find((value) => entry.accepts(value)) ?? text;
}

/** Says in one sentence that a setting cannot have this value. @param where what was set, `--gain`, … */
export function refusal(entry: Setting, where: string, value: unknown): string {
  if (entry.secret) return `${where} must be ${entry.wants}.`;
  return `${where} is ${shown(value)}; it must be ${entry.wants}.`;
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
