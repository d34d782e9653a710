import type { Config } from '../config.js';
import { IntervalFeed } from '../readings/interval-feed.js';
import type { Observer } from '../readings/observer.js';
import { SiblingObserver } from '../readings/sibling-observer.js';

/** What concludes more from readings, in the order in which it is asked. */
export function observersOf({ usage }: Config): Observer[] {
  return [new IntervalFeed({ lengths: usage.intervals, zone: usage.zone }), new SiblingObserver()];
}
