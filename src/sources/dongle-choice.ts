import { Fault } from '../errors.js';
import type { Dongle } from './dongle-list.js';

/** What is left of a dongle's place and serial once it is chosen: by them it is found again. */
export type Chosen = Pick<Dongle, 'port' | 'serial'>;

/**
 * The dongle that is meant, among those there are: the one whose serial is `serial`, else whose begins, else
 * whose ends like that; any free one where `serial` is empty. Never one that may be another, nor one in use.
 * @throws Fault `SOURCE_NOT_FOUND`
 */
export function chooseDongle(dongles: readonly Dongle[], serial: string): Dongle {
  const [first, ...others] = fittingDongles(dongles, serial);
  if (first === undefined) throw notFound(dongles, serial);
  if (serial !== '' && others.length > 0) throw ambiguous([first, ...others], serial);
  const free = [first, ...others].find(({ driver }) => driver !== 'usbfs');
  if (free === undefined) throw inUse(first, others.length);
  if (!free.permitted) throw notPermitted(free);
  return free;
}

/** The dongle that was chosen before, in the same socket or, where its serial is its own, in another. */
export function findAgain(dongles: readonly Dongle[], { port, serial }: Chosen): Dongle {
  const same = dongles.filter((dongle) => dongle.serial === serial);
  const dongle = same.find((each) => each.port === port) ?? (same.length === 1 ? same[0] : undefined);
  if (dongle === undefined) {
    const message = `The dongle ${serial || `in socket ${port}`} is not plugged in: waiting for it.`;
    throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
  }
  if (dongle.driver === 'usbfs') throw inUse(dongle, 0);
  if (!dongle.permitted) throw notPermitted(dongle);
  return dongle;
}

function fittingDongles(dongles: readonly Dongle[], serial: string): readonly Dongle[] {
  const ways = [
    (dongle: Dongle) => dongle.serial === serial,
    (dongle: Dongle) => dongle.serial.startsWith(serial),
    (dongle: Dongle) => dongle.serial.endsWith(serial),
  ];
  if (serial === '') return dongles;
  return ways.map((fits) => dongles.filter(fits)).find((fitting) => fitting.length > 0) ?? [];
}

function notFound(dongles: readonly Dongle[], serial: string): Fault {
  const there = dongles.map((dongle) => dongle.serial || 'one without a serial').join(', ');
  const message =
    dongles.length === 0
      ? 'No RTL-SDR dongle is plugged into this machine: plug one in, or name another source with --source.'
      : `There is no dongle with the serial ${serial}: plugged in are ${there}.`;
  return new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}

function ambiguous(dongles: readonly Dongle[], serial: string): Fault {
  const same = dongles.every((dongle) => dongle.serial === dongles[0]?.serial);
  const advice = same
    ? 'plug in one of them alone and give it another serial with rtl_eeprom -s NEW'
    : `give more of it (${dongles.map((dongle) => dongle.serial).join(', ')})`;
  const message = `The serial ${serial} fits ${dongles.length} dongles: ${advice}.`;
  return new Fault('SOURCE_NOT_FOUND', message);
}

function inUse({ serial }: Dongle, others: number): Fault {
  const which = others > 0 ? `All ${others + 1} dongles are` : `The dongle ${serial} is`;
  const message = `${which} in use by another program: end that one; ertd devices tells which it is.`;
  return new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}

function notPermitted({ serial, node }: Dongle): Fault {
  const message = `The dongle ${serial} may not be opened by this user (${node}): ertd devices tells what mends that.`;
  return new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}
