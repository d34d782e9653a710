import type { Protocol } from '../protocol.js';
import { idmFrame, idmFrameWith } from './idm-family.js';
import type { IdmVariant } from './idm-variant.js';
import { r900 } from './r900.js';
import { scm } from './scm.js';
import { scmPlus } from './scm-plus.js';

/** Every message type that ertd reads. A new one is one file beside this one and one line here. */
export const PROTOCOLS: readonly Protocol[] = [scm, scmPlus, idmFrame, r900];

/** What is looked for, as the configuration has it. */
export interface ProtocolChoice {
  /** Names in lower case. */
  readonly protocols: readonly string[];
  /** Meters whose frames hold an IDM, or a NetIDM, whatever is in them. */
  readonly idmMeters: readonly number[];
  readonly netIdmMeters: readonly number[];
}

export function chosenProtocols({ protocols, idmMeters, netIdmMeters }: ProtocolChoice): Protocol[] {
  const variants = new Map<number, IdmVariant>([
    ...idmMeters.map((id) => [id, 'IDM'] as const),
    ...netIdmMeters.map((id) => [id, 'NetIDM'] as const),
  ]);
  const known = idmFrameWith((meterId) => variants.get(meterId));
  return PROTOCOLS.filter(({ name }) => protocols.includes(name.toLowerCase())).map((protocol) =>
    protocol === idmFrame ? known : protocol,
  );
}
