import * as z from 'zod';
import { DURATION_TEXT, formatHertz, HERTZ_TEXT, parseDuration, parseHertz } from '../quantity.js';

/** The end of the sentence "KEY is VALUE; it must be …", for every setting. */
export const WANTS = z.registry<{
  readonly wants: string;
  readonly variable?: string;
  readonly secret?: true;
}>();

/**
 * Completes a setting with what it must be and what it is for.
 * @param variable its environment variable, where that is not `ERTD_SECTION_NAME`
 */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  wants: string,
  description: string,
  variable?: string,
): Schema {
  const described = schema.describe(description);
  WANTS.add(described, variable === undefined ? { wants } : { wants, variable });
  return described;
}

/** A text that `ertd config show` does not print. */
export function secret(description: string) {
  const described = z.string().prefault('').describe(description);
  WANTS.add(described, { wants: 'a text', secret: true });
  return described;
}

/** A text that may be empty. */
export function text(initial: string, wants: string, description: string) {
  return setting(z.string().prefault(initial), wants, description);
}

/** The path of a file, or "". */
export function path(description: string) {
  return text('', 'the path of a file, or "" for none', description);
}

export function yesOrNo(initial: boolean, description: string) {
  return setting(z.boolean().prefault(initial), 'true or false', description);
}

export function whole(least: number, most: number, initial: number, description: string) {
  const schema = z.int().min(least).max(most).prefault(initial);
  return setting(schema, `a whole number from ${least} to ${most}`, description);
}

/** The address of a server, or "". @param schemes such as `mqtt`, `mqtts` */
export function address(schemes: readonly string[], example: string, description: string) {
  const pattern = new RegExp(`^(|(${schemes.join('|')})://[^\\s@]+)$`);
  const wants = `an address such as "${example}" without a user name, or "" for none`;
  return setting(z.string().regex(pattern).prefault(''), wants, description);
}

/** A number of hertz, or a text such as `912.6M`; Hz. */
export function hertz(
  minHz: number,
  maxHz: number,
  initial: string | number,
  what: string,
  description: string,
) {
  const schema = z
    .union([z.number(), z.string().regex(HERTZ_TEXT).transform(parseHertz)])
    .pipe(z.number().min(minHz).max(maxHz))
    .prefault(initial);
  const wants = `${what} from ${formatHertz(minHz)} to ${formatHertz(maxHz)}, such as ${JSON.stringify(initial)}`;
  return setting(schema, wants, description);
}

/** A text such as `10s`; ms. */
export function duration(min: string, max: string, initial: string, description: string) {
  const schema = z
    .string()
    .regex(DURATION_TEXT)
    .transform(parseDuration)
    .pipe(z.number().min(parseDuration(min)).max(parseDuration(max)))
    .prefault(initial);
  return setting(schema, `a length of time from ${min} to ${max}, such as "${initial}"`, description);
}

export function oneOf<const Name extends string>(
  names: readonly Name[],
  initial: Name,
  description: string,
  variable?: string,
) {
  return setting(z.enum(names).prefault(initial), listed(names), description, variable);
}

export function listed(names: readonly string[]): string {
  return `one of ${names.map((name) => `"${name}"`).join(', ')}`;
}

/** A list of meters. */
export function meterIds(description: string) {
  const id = z.union([z.int().min(1), z.string().regex(/^\d+$/).transform(Number)]);
  return setting(z.array(id).prefault([]), 'a list of IDs, such as [10000001]', description);
}
