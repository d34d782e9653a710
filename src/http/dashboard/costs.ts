import type { Bill, Statement } from './api.js';
import { h, table } from './dom.js';
import { money, number } from './format.js';

/** What all bills of some statements come to; nothing where there is no tariff. */
export function costText(statements: readonly Statement[]): string {
  const totals = new Map<string, number>();
  for (const { currency, total } of statements.flatMap(({ bills }) => bills)) {
    totals.set(currency, (totals.get(currency) ?? 0) + Number(total));
  }
  return [...totals].map(([currency, total]) => money(total.toFixed(2), currency)).join(' and ');
}

/** What was used at each rate and what it costs; nothing where there is no tariff. */
export function costTables(statements: readonly Statement[]): HTMLElement[] {
  return statements.flatMap(({ bills }) => bills.map(costTable));
}

function costTable({ tariff, unit, currency, rates, standing, total }: Bill): HTMLElement {
  const rows = rates.map(({ rate, amount, price, cost, quality }) => [
    quality === 'missing' ? `${rate}, as far as known` : rate,
    `${number(Number(amount))} ${unit}`,
    `${price} ${currency}`,
    money(cost, currency),
  ]);
  const fixed =
    standing === null
      ? []
      : [['standing charge', `${standing.count} × ${standing.per}`, '', money(standing.cost, currency)]];
  const sum = ['total', '', '', money(total, currency)];
  return h(
    'section',
    {},
    h('h2', {}, `Costs by the tariff “${tariff}”`),
    table(`Costs by ${tariff}`, ['Rate', 'Used', `Price of a ${unit}`, 'Cost'], [...rows, ...fixed, sum]),
  );
}
