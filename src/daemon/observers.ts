import type { Config } from '../config.js';
import { EventWatch } from '../readings/events/event-watch.js';
import type { Observer } from '../readings/observer.js';
import { seededFeed } from './seeded-feed.js';

/**
 * What concludes more from readings, in the order in which it is asked.
 * @param databasePath of what is known already; null where nothing is kept
 */
export function observersOf({ events, usage }: Config, databasePath: string | null): Observer[] {
  const budgets = new Map(events.budgets.map(({ meter, amount }) => [meter, amount]));
  return [
    seededFeed(usage, databasePath),
    new EventWatch({
      rules: events.filters,
      night: events.night,
      nightCommodities: events.nightFlow,
      budgetOf: ({ name }) => budgets.get(name ?? '') ?? null,
      zone: usage.zone,
    }),
  ];
}
