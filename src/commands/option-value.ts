import { InvalidArgumentError } from 'commander';
import { Fault } from '../errors.js';

/**
 * Makes a reader of texts usable as commander's `argParser`: what it throws as a `Fault` becomes a usage error
 * that names the option.
 *
 * `new Option('--rate <hertz>', 'sample rate').argParser(optionValue(parseHertz))`
 * @param parse throws a `Fault` for a text it cannot read
 */
export function optionValue<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof Fault) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}
