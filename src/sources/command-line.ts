import { Fault } from '../errors.js';

/** A word's next part: in single quotes, in double ones, after a backslash, or bare. */
const PART = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * Splits a command into words as a shell would, without being one: quotes and backslashes keep a word together,
 * and nothing else means anything.
 * @throws Fault `USAGE` where a quote is not closed, or there is no word
 */
export function splitCommand(text: string): [program: string, ...args: string[]] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; ) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    if (part !== null) {
      const [whole, single, double, escaped, bare] = part;
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? bare ?? '');
      at += whole.length;
    } else if (/\s/.test(text[at] ?? '')) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
    } else {
      throw new Fault(
        'USAGE',
        `The command ${text} is not complete: a quote or a backslash at its end is open.`,
      );
    }
  }
  if (word !== null) words.push(word);
  const [program, ...args] = words;
  if (program === undefined) throw new Fault('USAGE', 'exec: names no command; write it like exec:rx_sdr -.');
  return [program, ...args];
}
