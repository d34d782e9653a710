import type { Commodity } from './commodity.js';
import type { EndpointKey } from './endpoint.js';
import type { RegisterName } from './entry.js';
import type { Scale } from './scale.js';

/** A meter as its owner described it, in the configuration or by `ertd meters add`. */
export interface OwnMeter {
  readonly key: EndpointKey;
  readonly name: string;
  /** Overrides what the endpoint's type says; null leaves it. */
  readonly commodity: Commodity | null;
  /** Null where it is not known. */
  readonly scale: Scale | null;
  /** Counts at which the register is back at 0; null where the protocol decides. */
  readonly modulus: number | null;
  /** The most it can count in an hour, counts; null where the commodity decides. */
  readonly maxPerHour: number | null;
  /** Other endpoints of this meter, each with the register that its consumption is. */
  readonly siblings: ReadonlyMap<EndpointKey, RegisterName>;
}

/**
 * What an endpoint tells of its meter: a register, or the date on which the demand was reset last. One that the meter had
 * before it was exchanged is its `former` one.
 */
export type EndpointUse = RegisterName | 'date' | 'former';

/** What an endpoint is to its meter. */
export interface EndpointRole {
  /** The meter as its owner described it; null for one of somebody else. */
  readonly own: OwnMeter | null;
  /** What the endpoint's consumption is to the meter. */
  readonly register: EndpointUse;
}
