export interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string | number | bigint>>;
  readonly timeMs: number;
}

/** Reads a text up to a sign that is not escaped. @returns it, and where it ended */
function until(line: string, from: number, ends: string): [text: string, at: number] {
  let text = '';
  let at = from;
  for (; at < line.length && !ends.includes(line[at]); at++) {
    if (line[at] === '\\' && ', =\\'.includes(line[at + 1])) at += 1;
    text += line[at];
  }
  return [text, at];
}

function fieldValue(line: string, from: number): [value: string | number | bigint, at: number] {
  if (line[from] === '"') {
    let [text, at] = ['', from + 1];
    for (; line[at] !== '"'; at++) {
      if (at >= line.length) throw new Error('a text does not end');
      if (line[at] === '\\') at += 1;
      text += line[at];
    }
    return [text, at + 1];
  }
  const [text, at] = until(line, from, ', ');
  if (/^-?\d+i$/.test(text)) return [BigInt(text.slice(0, -1)), at];
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new Error(`${text} is no number`);
  return [Number(text), at];
}

/** A line of InfluxDB's line protocol, read as strictly as the server does. */
export function pointOf(line: string): Point {
  const tags: Record<string, string> = {};
  const fields: Record<string, string | number | bigint> = {};
  let [measurement, at] = until(line, 0, ', ');
  if (measurement === '') throw new Error('no measurement');
  while (line[at] === ',') {
    const [name, equals] = until(line, at + 1, '=');
    const [value, end] = until(line, equals + 1, ', ');
    if (name === '' || value === '') throw new Error('a tag is empty');
    tags[name] = value;
    at = end;
  }
  do {
    const [name, equals] = until(line, at + 1, '=');
    const [value, end] = fieldValue(line, equals + 1);
    if (name === '' || line[equals] !== '=') throw new Error('a field has no name');
    fields[name] = value;
    at = end;
  } while (line[at] === ',');
  const time = line.slice(at + 1);
  if (line[at] !== ' ' || !/^\d{13}$/.test(time)) throw new Error(`${time} is no time in ms`);
  return { measurement, tags, fields, timeMs: Number(time) };
}
