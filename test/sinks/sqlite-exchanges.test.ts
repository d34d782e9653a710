import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { readExchanges, writeExchange } from '../../src/sinks/sqlite-exchanges.js';
import { migrate } from '../../src/sinks/sqlite-schema.js';

it('each register was told by its own endpoint, and wrapped at its own modulus', () => {
  const db = new Sqlite(':memory:');
  migrate(db, ':memory:');
  const scale = { unit: 'kWh', unitsPerCount: '1', offset: '0' } as const;
  const exchange = { untilMs: 5, before: 'ert-10000001', after: 'ert-10000099', ratio: 100, scale } as const;
  const net = { before: 'ert-10000042', modulus: 10_000_000 } as const;
  writeExchange(db, 'ert-10000001', { ...exchange, modulus: 2 ** 24 }, { net });
  expect(readExchanges(db, 'ert-10000001', 'consumption')).toEqual([{ ...exchange, modulus: 2 ** 24 }]);
  expect(readExchanges(db, 'ert-10000001', 'net')).toEqual([{ ...exchange, ...net }]);
  db.close();
});
