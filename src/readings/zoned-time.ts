import { existsSync, readlinkSync } from 'node:fs';
import { DateTime, IANAZone, Settings, SystemZone } from 'luxon';

/*
 * The tables behind `Intl` take 8 MB as soon as they are asked for a zone's name or its clocks. A receiver in the zone of
 * its machine can do without: what its clocks show Date knows, and the name stands in the file system. Nor is anything
 * told in the language of the machine, which luxon would look up.
 */
Settings.defaultLocale = 'en-US';

const ZONES = '/usr/share/zoneinfo/';
/** Names that `Intl` has another one for. */
const UTC = /^(Etc\/)?(UTC|UCT|GMT|Zulu|Universal|Greenwich)$/;

let here: string | null = null;

/** Name of the time zone of this machine, such as `America/New_York`. */
export function zoneHere(): string {
  here ??= nameOf(process.env.TZ ?? zoneLink()) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return here;
}

/** Whether two names are of one zone, as `US/Eastern` is another name of `America/New_York`. */
export function isSameZone(one: string, other: string): boolean {
  return one === other || canonicalName(one) === canonicalName(other);
}

/** The name that `Intl` has for a zone; that of one that it does not know stays as it is. */
function canonicalName(zone: string): string {
  if (!IANAZone.isValidZone(zone)) return zone;
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
}

/** A moment with the clock of the zone. @param zone IANA name */
export function momentIn(zone: string, timeMs: number): DateTime {
  // UTC needs no tables, and is written with a Z.
  const isHere = zone !== 'UTC' && zone === zoneHere();
  return DateTime.fromMillis(timeMs, { zone: isHere ? SystemZone.instance : zone });
}

/** Where the clock of the machine is from, or ''. */
function zoneLink(): string {
  try {
    return readlinkSync('/etc/localtime').split('/zoneinfo/')[1] ?? '';
  } catch {
    return '';
  }
}

/** @returns null where it is not the name of a zone for sure */
function nameOf(zone: string): string | null {
  if (UTC.test(zone)) return 'UTC';
  return /^[A-Z]\w+\/\w/.test(zone) && existsSync(ZONES + zone) ? zone : null;
}
