import type { Protocol } from '../protocol.js';
import { idmFrame } from './idm-family.js';
import { r900 } from './r900.js';
import { scm } from './scm.js';
import { scmPlus } from './scm-plus.js';

/** Every message type that ertd reads. A new one is one file beside this one and one line here. */
export const PROTOCOLS: readonly Protocol[] = [scm, scmPlus, idmFrame, r900];
