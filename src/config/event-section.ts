import * as z from 'zod';
import { parseDailyStretch, parseEventRule } from '../readings/events/event-rule.js';
import { setting } from './setting-schema.js';

/** A text that `parse` reads; it gives null for what it cannot. */
function read<Value>(parse: (text: string) => Value | null) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'invalid_type', expected: 'string', input: text });
    return z.NEVER;
  });
}

/** What a meter may use on a day. */
export interface Budget {
  /** Its name. */
  readonly meter: string;
  /** Exact decimal, in the meter's unit. */
  readonly amount: string;
}

function parseBudget(text: string): Budget | null {
  const [, meter, amount] = /^(.*\S)\s+(\d{1,15}(?:\.\d{1,9})?)$/.exec(text.trim()) ?? [];
  return meter === undefined || amount === undefined ? null : { meter, amount };
}

/** What is concluded from what is heard, and told. */
export const EVENTS = z.strictObject({
  filters: setting(
    z.array(read(parseEventRule)).prefault([]),
    'a list of rules, such as ["tamper.tilt 3 in 1h", "use.* off", "leak quiet 22:00-06:00"]',
    'When which events are told: TYPE [off] [N in TIME] [quiet FROM-TO], where TYPE may end in *. Of several rules for a type the last one counts.',
  ),
  night: setting(
    read(parseDailyStretch).prefault('01:00-05:00'),
    'a stretch of the day, such as "01:00-05:00"',
    'When nobody uses water without a pause: where it flows all that time, three nights in a row, is an event.',
  ),
  nightFlow: setting(
    z.array(z.enum(['water', 'gas', 'electric'])).prefault(['water']),
    'a list of "water", "gas", "electric", or []',
    'What is looked at for that. Gas flows at night where it heats.',
  ),
  budgets: setting(
    z.array(read(parseBudget)).prefault([]),
    'a list of names and amounts, such as ["house 30"]',
    'What meters may use on a day, in their unit; more is an event.',
  ),
});
