import { distance } from 'fastest-levenshtein';
import { SECTION_NAMES, SETTINGS } from './settings.js';

/** A name without what people write differently: `center_hz`, `center-hz` and `centerHz` are the same. */
const plain = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();

/** More changed letters than this, of so many, and two names have nothing to do with each other. */
const tolerance = (letters: number): number => Math.max(2, Math.floor(letters / 3));

/** A name that is part of just one other, as the `rate` of a flag is of `sampleRateHz`, means that one. */
function onlyWith(part: string, candidates: readonly string[]): string | null {
  const holders = candidates.filter((candidate) => plain(candidate).includes(plain(part)));
  return /^[a-z]\w{2}/i.test(part) && holders.length === 1 ? holders[0] : null;
}

function nearest(name: string, candidates: readonly string[]): string | null {
  const holder = onlyWith(name, candidates);
  if (holder !== null) return holder;
  const ranked = candidates
    .map((candidate) => ({ candidate, changed: distance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.changed - b.changed);
  return ranked[0].changed <= tolerance(plain(name).length) ? ranked[0].candidate : null;
}

const didYouMean = (name: string): string => `did you mean "${name}"?`;

/** Ends the sentence "There is no "reciever"; …": the section, or the setting of a section, that was meant. */
export function nearestSection(name: string): string {
  const section = nearest(name, SECTION_NAMES);
  if (section !== null) return didYouMean(section);
  const key = nearest(name, keysOf());
  if (key === null) return `the sections are ${SECTION_NAMES.join(', ')}.`;
  const setting = SETTINGS.find((entry) => entry.key === key)!;
  return `did you mean "${setting.key}" in the section [${setting.section}]?`;
}

/** Ends the sentence "There is no setting "receiver.centreHz"; …": in its own section first, else in another. */
export function nearestSetting(section: string, key: string): string {
  const own = nearest(key, keysOf(section));
  if (own !== null) return didYouMean(`${section}.${own}`);
  const other = nearest(key, keysOf());
  if (other !== null) return didYouMean(SETTINGS.find((entry) => entry.key === other)!.name);
  return `the settings of [${section}] are ${keysOf(section).join(', ')}.`;
}

/** Ends the sentence "There is no environment variable "ERTD_GAIN"; …". */
export function nearestVariable(variable: string): string {
  const variables = SETTINGS.map((entry) => entry.variable);
  const whole = nearest(variable, variables);
  if (whole !== null) return didYouMean(whole);
  const key = nearest(variable.replace(/^ERTD_/, ''), keysOf());
  if (key !== null) return didYouMean(SETTINGS.find((entry) => entry.key === key)!.variable);
  return `the variables are named like ${variables[0]}.`;
}

function keysOf(section?: string): string[] {
  return SETTINGS.filter((entry) => section === undefined || entry.section === section).map(
    (entry) => entry.key,
  );
}
