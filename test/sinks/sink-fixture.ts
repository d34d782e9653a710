import { loadConfig } from '../../src/config/layers.js';
import type { Config } from '../../src/config.js';

/** A configuration in which nothing is set. */
export const DEFAULTS: Config = loadConfig({ env: { HOME: '/nonexistent' } }).config;

/** Keeps what a sink says, and does not let it wait long. */
export class Ears {
  readonly troubles: string[] = [];
  readonly recoveries: string[] = [];
  readonly firstWaitMs = 5;
  readonly onTrouble = (message: string): void => void this.troubles.push(message);
  readonly onRecovered = (message: string): void => void this.recoveries.push(message);
}

export const PATIENCE = { timeout: 10_000, interval: 5 };
