import * as z from 'zod';
import { lineOfItem } from './file.js';
import { WANTS } from './setting-schema.js';

/** A problem of one item of a list of tables, such as the second `[[tariffs]]`. */
export interface ListItem {
  /** `tariffs` */
  readonly section: string;
  /** From 0. */
  readonly index: number;
  readonly value: unknown;
  readonly schema: z.ZodType;
}

/**
 * Says what is wrong with an item of a list, a sentence each; [] where nothing is.
 * @param file its path, and its text to find lines in
 */
export function itemProblems(
  item: ListItem,
  file: { readonly path: string; readonly text: string },
): string[] {
  const { section, index, value, schema } = item;
  const { error } = schema.safeParse(value);
  const line = lineOfItem(file.text, section, index);
  const where = line === null ? file.path : `${file.path}, from line ${line}`;
  const issues = error?.issues ?? [];
  const formal = issues.filter(({ code }) => code !== 'custom');
  // What the whole means is looked at once its parts are right.
  return (formal.length > 0 ? formal : issues).flatMap((issue) => {
    const name = [section, ...issue.path.filter((part) => typeof part === 'string')].join('.');
    if (issue.code === 'custom') return [`${issue.message} (${where})`];
    if (issue.code === 'unrecognized_keys') {
      const known = keysOf(schemaAt(schema, issue.path)).join(', ');
      return issue.keys.map((key) => `There is no setting "${name}.${key}" (${where}); there are ${known}.`);
    }
    const found = issue.path.reduce<unknown>((inner, part) => Object(inner)[part], value);
    const shown = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}`;
    return [`${name} (${where}) ${shown}; it must be ${wantsAt(schema, issue.path)}.`];
  });
}

/** What the innermost setting on a path must be. */
function wantsAt(schema: z.ZodType, path: readonly PropertyKey[]): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const wants = wantsOf(schemaAt(schema, path.slice(0, depth)));
    if (wants !== null) return wants;
  }
  return 'a table';
}

function wantsOf(schema: z.ZodType | null): string | null {
  for (let one = schema; one !== null; one = innerOf(one)) {
    const wants = WANTS.get(one)?.wants;
    if (wants !== undefined) return wants;
  }
  return null;
}

function keysOf(schema: z.ZodType | null): readonly string[] {
  const object = schema === null ? null : bare(schema);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | null {
  let found: z.ZodType | null = schema;
  for (const part of path) {
    const around: z.ZodType | null = found === null ? null : bare(found);
    if (around instanceof z.ZodObject) found = around.shape[String(part)] ?? null;
    else if (around instanceof z.ZodArray) found = around.element as z.ZodType;
    else if (around instanceof z.ZodRecord) found = around.valueType as z.ZodType;
    else return null;
  }
  return found;
}

/** Without what defaults and transforms put around it. */
function bare(schema: z.ZodType): z.ZodType {
  let found = schema;
  for (let inner = innerOf(found); inner !== null; inner = innerOf(found)) found = inner;
  return found;
}

function innerOf(schema: z.ZodType): z.ZodType | null {
  if (schema instanceof z.ZodPipe) return schema.def.in as z.ZodType;
  const wrapped =
    schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return wrapped ? (schema.def.innerType as z.ZodType) : null;
}
