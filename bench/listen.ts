/**
 * What a radio hears that is moved about (`receiver.listen = "auto"`), against one that stays, in simulated time: packets
 * on a timeline, heard where a window has them. And, with samples, what the receiver makes of it.
 *
 *   npm run bench:listen [-- seeds]
 */
import { hearable, heardByAuto, heardByBest, metersIn, type Sent } from './listen-air.js';
import { hearWithSamples } from './listen-samples.js';
import { table, verdict } from './table.js';

const HOUR = 3600;
/** What discovery may cost where all windows are alike, and what luck makes of the best of many windows. */
const UNIFORM_TARGET = 0.98;
const PART_TARGET = 0.9;
const FIND_SECONDS = 600;
/** Lower ends of the parts that meters keep to, each 2 MHz wide, MHz. */
const PARTS_MHZ = [909.5, 911.2, 912.5, 914.9, 917, 918.8, 919.8];

const seeds = Number(process.argv[2] ?? 4);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const metersOf = (sent: readonly Sent[]): number => new Set(sent.map(({ meter }) => meter)).size;
const within = (sent: readonly Sent[], from: number, until: number): Sent[] =>
  sent.filter(({ seconds }) => seconds >= from && seconds < until);

/** When so many meters have been heard, s. */
function foundAt(heard: readonly Sent[], meters: number): number {
  const known = new Set<number>();
  for (const { meter, seconds } of heard) {
    known.add(meter);
    if (known.size >= meters) return seconds;
  }
  return Number.POSITIVE_INFINITY;
}

function uniform(): void {
  const shares: number[] = [];
  const rows = Array.from({ length: seeds }, (_, i) => {
    const sent = [...hearable(metersIn(null, i + 1), 24 * HOUR)];
    const auto = heardByAuto(sent, 24 * HOUR);
    const best = heardByBest(sent);
    shares.push(auto.length / best.packets);
    const window = `${best.packets} at ${(best.centerHz / 1e6).toFixed(2)} MHz`;
    return [
      String(i + 1),
      String(auto.length),
      window,
      percent(auto.length / best.packets),
      `${metersOf(auto)} of 40`,
    ];
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  console.log('40 meters hopping over all 50 channels, one dongle of 2.4 MHz, 24 h:');
  console.log(
    table(
      ['seed', 'packets, auto', 'best fixed window of 626, found out afterwards', 'auto', 'meters'],
      rows,
    ),
  );
  console.log(
    `mean ${percent(mean)}, target ${percent(UNIFORM_TARGET)}: ${verdict(mean >= UNIFORM_TARGET)}\n`,
  );
}

function parts(): void {
  const found: number[] = [];
  const shares: number[] = [];
  const rows = PARTS_MHZ.map((mhz) => {
    const sent = [...hearable(metersIn({ lowHz: mhz * 1e6, highHz: (mhz + 2) * 1e6 }, 7), 6 * HOUR)];
    const auto = heardByAuto(sent, 6 * HOUR);
    const shareFrom = (from: number, until: number): number =>
      within(auto, from, until).length / heardByBest(within(sent, from, until)).packets;
    const share = shareFrom(FIND_SECONDS, 6 * HOUR);
    shares.push(share);
    found.push(foundAt(auto, 36));
    return [
      `${mhz.toFixed(1)} to ${(mhz + 2).toFixed(1)} MHz`,
      ...[36, 40].map((meters) => `${foundAt(auto, meters).toFixed(0)} s`),
      ...[shareFrom(0, FIND_SECONDS), shareFrom(FIND_SECONDS, FIND_SECONDS + HOUR), share].map(percent),
    ];
  });
  console.log('40 meters that keep to a part of the band, against the window that an oracle names, 6 h:');
  const head = ['part', '36 meters heard by', 'all 40 by', 'first 10 min', 'the hour after', 'to the end'];
  console.log(table(head, rows));
  const slowest = Math.max(...found);
  console.log(
    `nine in ten found within ${slowest.toFixed(0)} s, target 600 s: ${verdict(slowest <= FIND_SECONDS)}`,
  );
  const least = Math.min(...shares);
  console.log(`at least ${percent(least)} after that, target 90 %: ${verdict(least >= PART_TARGET)}\n`);
}

/** One meter that matters among many that do not, elsewhere. */
function chosen(): void {
  const neighbours = [...hearable(metersIn({ lowHz: 911.2e6, highHz: 913.2e6 }, 7), 6 * HOUR)];
  const mine = [...hearable(metersIn({ lowHz: 919.8e6, highHz: 921.8e6 }, 8).slice(0, 1), 6 * HOUR)];
  const own = mine.map((sent) => ({ ...sent, meter: 10_000_999 }));
  const sent = [...neighbours, ...own].sort((a, b) => a.seconds - b.seconds);
  const rows = [[], [10_000_999]].map((wanted) => {
    const heard = heardByAuto(sent, 6 * HOUR, wanted).filter(({ seconds }) => seconds >= FIND_SECONDS);
    const ofMine = heard.filter(({ meter }) => meter === 10_000_999).length;
    const best = heardByBest(within(own, FIND_SECONDS, 6 * HOUR)).packets;
    return [wanted.length === 0 ? 'all meters' : 'that meter', percent(ofMine / best), String(heard.length)];
  });
  console.log('One meter at 920.8 MHz, 40 others at 912.2 MHz, 6 h:');
  console.log(table(['listened for', 'of its packets', 'packets in all'], rows));
  console.log('');
}

uniform();
parts();
chosen();
await hearWithSamples();
