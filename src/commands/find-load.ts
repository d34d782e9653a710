import { formatDuration } from '../quantity.js';
import type { LoadClue } from '../readings/find/clue.js';

/** What waits for a user. */
export interface Patience {
  now(): number;
  /** Ends early, and throws, when the command is to end. */
  sleep(ms: number): Promise<void>;
  say(text: string): void;
}

/** Has the user leave a load off, switch it on and switch it off again, so long each. */
export async function switchLoad(lengthMs: number, { now, sleep, say }: Patience): Promise<LoadClue> {
  const length = formatDuration(lengthMs);
  const switchesMs = [now()];
  const steps = [
    `Leave the heater off for ${length}, and all else as it is.`,
    `Switch the heater ON now, for ${length}.`,
    `Switch the heater OFF now, and leave it off for ${length}.`,
  ];
  for (const step of steps) {
    say(step);
    await sleep(lengthMs);
    switchesMs.push(now());
  }
  return { switchesMs };
}
