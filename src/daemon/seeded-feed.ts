import type { Database } from 'better-sqlite3';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import { IntervalFeed, type SeedPoints, seedFromMs } from '../readings/interval-feed.js';
import { openForReading, readFault } from '../sinks/sqlite-open-read.js';
import { UsageReader } from '../sinks/sqlite-usage.js';

/** A feed of intervals that goes on from what a database has, as far as it can be read. @param path null for none */
export function seededFeed({ intervals: lengths, zone }: Config['usage'], path: string | null): IntervalFeed {
  const feed = new IntervalFeed({ lengths, zone });
  if (path === null || lengths.length === 0) return feed;
  let db: Database | null = null;
  try {
    db = openForReading(path);
    for (const series of pointsToSeed(new UsageReader(db), zone)) feed.seed(series);
  } catch (error) {
    // A disk that cannot be read now is told of where it is written to.
    if (!(readFault(error, path) instanceof Fault)) throw error;
  } finally {
    db?.close();
  }
  return feed;
}

function* pointsToSeed(reader: UsageReader, zone: string): Generator<SeedPoints> {
  for (const info of reader.registers(null)) {
    const lastMs = reader.span(info)?.lastMs;
    if (lastMs === undefined) continue;
    const points = reader.points(info, seedFromMs(lastMs, zone), lastMs);
    yield { meter: info.meter.key, register: info.register, points };
  }
}
