import { systemErrorCode } from '../../errors.js';
import type { Trouble } from '../trouble.js';

/** By the code of a system, TLS or DNS error: what happened, and what to try. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  ECONNREFUSED: { reason: 'nobody answers at that port', advice: 'start the server, or correct the address' },
  ECONNRESET: { reason: 'the connection was cut', advice: 'see what the server logs' },
  EPIPE: { reason: 'the connection was cut', advice: 'see what the server logs' },
  ETIMEDOUT: { reason: 'it does not answer in time', advice: 'see whether the machine is on and reachable' },
  EHOSTUNREACH: { reason: 'the machine cannot be reached', advice: 'see whether it is on' },
  ENETUNREACH: { reason: 'there is no network', advice: 'see whether this machine is connected' },
  ENOTFOUND: { reason: 'there is no machine of that name', advice: 'correct the address' },
  EAI_AGAIN: { reason: 'its name cannot be looked up now', advice: 'see whether DNS works' },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', advice: 'renew it there' },
  CERT_NOT_YET_VALID: {
    reason: 'its certificate is not valid yet',
    advice: 'see whether the clocks are right',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'its certificate is for another name',
    advice: 'use the name in the certificate as address',
  },
  ...Object.fromEntries(
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_GET_ISSUER_CERT',
    ].map((code) => [
      code,
      { reason: 'its certificate is signed by nobody known here', advice: 'name that certificate in caFile' },
    ]),
  ),
};

/** What an error of a connection means, or null where it is none of these. */
export function networkTrouble(error: unknown): Trouble | null {
  // fetch and happy eyeballs wrap what happened.
  const inner =
    error instanceof AggregateError ? error.errors[0] : error instanceof Error ? error.cause : undefined;
  const code = systemErrorCode(error);
  if (code !== null && code in TROUBLES) return TROUBLES[code];
  if (inner !== undefined) return networkTrouble(inner);
  if (code?.startsWith('ERR_SSL'))
    return { reason: `TLS failed (${code})`, advice: 'see whether it speaks TLS' };
  return code === null ? null : { reason: `the connection failed (${code})`, advice: '' };
}
