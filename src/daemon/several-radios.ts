import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import { parseHertz } from '../quantity.js';

/** The bounds of `receiver.centerHz`. */
const LEAST_CENTER_HZ = 1e6;
const MOST_CENTER_HZ = 6e9;

/** `rtlsdr:B@915M`: a source, and the centre it listens to. */
const SOURCE_AT_CENTER = /^(.+)@([\d.]+(?:e\d+)?[kMG]?(?:Hz)?)$/i;

/**
 * The configuration of each radio, the first one's first: the others have a source and maybe a centre of their own.
 * @throws Fault `CONFIG` where a centre cannot be
 */
export function radioConfigs(config: Config): readonly Config['receiver'][] {
  const { receiver } = config;
  const others = receiver.moreSources.map((text) => {
    const [, source = text, center] = SOURCE_AT_CENTER.exec(text) ?? [];
    const centerHz = center === undefined ? receiver.centerHz : parseHertz(center);
    if (centerHz >= LEAST_CENTER_HZ && centerHz <= MOST_CENTER_HZ) return { ...receiver, source, centerHz };
    const message = `The centre of ${text} (receiver.moreSources) is not from 1 MHz to 6 GHz: correct it.`;
    throw new Fault('CONFIG', message);
  });
  return [receiver, ...others];
}

/** Names that differ, as readings and sessions go by them: the second of one name gets a 2, and so on. */
export function distinctNames(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name} ${before + 1}`;
  });
}
