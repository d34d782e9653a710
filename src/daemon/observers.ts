import type { Config } from '../config.js';
import { EventWatch } from '../readings/events/event-watch.js';
import { IntervalFeed } from '../readings/interval-feed.js';
import type { Observer } from '../readings/observer.js';
import { SiblingObserver } from '../readings/sibling-observer.js';

/** What concludes more from readings, in the order in which it is asked. */
export function observersOf({ events, usage }: Config): Observer[] {
  const budgets = new Map(events.budgets.map(({ meter, amount }) => [meter, amount]));
  return [
    new IntervalFeed({ lengths: usage.intervals, zone: usage.zone }),
    new SiblingObserver(),
    new EventWatch({
      rules: events.filters,
      night: events.night,
      nightCommodities: events.nightFlow,
      budgetOf: ({ name }) => budgets.get(name ?? '') ?? null,
      zone: usage.zone,
    }),
  ];
}
