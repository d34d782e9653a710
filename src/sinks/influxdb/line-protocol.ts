import type { Entry } from '../../readings/entry.js';

type FieldText = string | null;

/** Names and values of tags: commas, spaces and equals signs are escaped, line ends cannot be written. */
function tag(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\, =]/g, (sign) => `\\${sign}`);
}

function quoted(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, (sign) => `\\${sign}`)}"`;
}

const integer = (value: number): string => `${Math.round(value)}i`;

interface Line {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string | null>>;
  readonly fields: Readonly<Record<string, FieldText>>;
  readonly timeMs: number;
}

/** Empty tags and fields are left out; null where no field is left, as a line must have one. */
function lineOf({ measurement, tags, fields, timeMs }: Line): string | null {
  const set = Object.entries(tags).filter(([, value]) => value !== null && value !== '') as [
    string,
    string,
  ][];
  const told = Object.entries(fields).filter(([, value]) => value !== null);
  if (told.length === 0) return null;
  const series = [tag(measurement), ...set.map(([name, value]) => `${tag(name)}=${tag(value)}`)].join(',');
  return `${series} ${told.map(([name, value]) => `${tag(name)}=${value}`).join(',')} ${Math.round(timeMs)}`;
}

/**
 * An entry as a line for InfluxDB, times in milliseconds; null for what has no place there.
 * @param measurement what all measurements begin with
 */
export function influxLine(entry: Entry, measurement: string): string | null {
  if (entry.kind === 'packet' || entry.kind === 'history') return null;
  const { meter } = entry;
  const who = { meter: meter?.key ?? null, name: meter?.name ?? null, commodity: meter?.commodity ?? null };
  switch (entry.kind) {
    case 'reading': {
      const { register, unit, value, total, counts, totalCounts, timeMs, packet } = entry;
      const fields = {
        value,
        total,
        counts: integer(counts),
        totalCounts: integer(totalCounts),
        snrDb: packet.snrDb.toFixed(1),
      };
      const tags = { ...who, register, unit, receiver: packet.receiver };
      return lineOf({ measurement: `${measurement}_reading`, tags, fields, timeMs });
    }
    case 'interval': {
      const { register, unit, value, counts, startMs, endMs, quality } = entry;
      const fields = {
        value,
        counts: counts === null ? null : String(counts),
        seconds: integer((endMs - startMs) / 1000),
      };
      const known = counts === null ? {} : fields;
      return lineOf({
        measurement: `${measurement}_interval`,
        tags: { ...who, register, unit, quality },
        fields: known,
        timeMs: startMs,
      });
    }
    case 'event': {
      const { type, severity, message, id, timeMs, endMs } = entry;
      const fields = {
        message: quoted(message),
        id: quoted(id),
        endMs: endMs === null ? null : integer(endMs),
      };
      return lineOf({
        measurement: `${measurement}_event`,
        tags: { ...who, type, severity },
        fields,
        timeMs,
      });
    }
  }
}
