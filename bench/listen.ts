/**
 * What a radio hears that is moved about (`receiver.listen = "auto"`), against one that stays, in simulated time: packets
 * on a timeline, heard where a window has them. And, with samples, what the receiver makes of it.
 *
 *   npm run bench:listen [-- seeds]
 */
import {
  expectedOfBest,
  type Hopping,
  hearable,
  heardBy,
  heardByAuto,
  heardByBest,
  metersIn,
  rateAt,
  type Sent,
} from './listen-air.js';
import { hearWithSamples } from './listen-samples.js';
import { table, verdict } from './table.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Of the best fixed window that could be known: where there is an order to learn, and where looking round only costs. */
const ORDER_TARGET = 1;
const CHANCE_TARGET = 0.995;
const NEWCOMER_HOURS = 72;
const PART_TARGET = 0.9;
const FIND_SECONDS = 600;
/** Lower ends of the parts that meters keep to, each 2 MHz wide, MHz. */
const PARTS_MHZ = [909.5, 911.2, 912.5, 914.9, 917, 918.8, 919.8];

const seeds = Number(process.argv[2] ?? 8);
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

/** 40 meters that hop over all channels, against fixed windows. @returns shares of the best one that could be known */
function uniform(hopping: Hopping): number[] {
  const shares: number[] = [];
  const rows = Array.from({ length: seeds }, (_, i) => {
    const meters = metersIn(null, i + 1);
    const sent = [...hearable(meters, DAY, hopping)];
    const rates = new Map<number, number>();
    let byChance = 0;
    const auto = heardByAuto(sent, DAY, [], (centerHz, seconds) => {
      const rate = rates.get(centerHz) ?? rateAt(meters, centerHz);
      rates.set(centerHz, rate);
      byChance += rate * seconds;
    });
    const known = expectedOfBest(meters, DAY).packets;
    const luckiest = heardByBest(sent).packets;
    const [morning, evening] = [within(sent, 0, DAY / 2), within(sent, DAY / 2, DAY)];
    const chosen = heardBy(evening, heardByBest(morning).centerHz);
    const autoEvening = within(auto, DAY / 2, DAY).length;
    // Where there is no order it is known exactly what its turns are worth, without luck.
    const worth = hopping === 'chance' ? byChance : auto.length;
    shares.push(worth / known);
    const fixed = [
      [known, worth],
      [chosen, autoEvening],
      [luckiest, auto.length],
    ].map(([packets, ofAuto]) => `${packets.toFixed(0)}: ${percent(ofAuto / packets)}`);
    return [String(i + 1), String(auto.length), ...fixed, `${metersOf(auto)} of 40`];
  });
  const how = hopping === 'order' ? 'each in its order again and again' : 'by chance';
  console.log(`40 meters hopping over all 50 channels, ${how}; one dongle of 2.4 MHz, 24 h; fixed windows:`);
  const head = [
    'seed',
    'auto',
    'best expected',
    'best of the first half, in the second',
    'luckiest',
    'meters',
  ];
  console.log(table(head, rows));
  return shares;
}

function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

function tellUniform(hopping: Hopping, target: number): void {
  const { mean, error } = meanOf(uniform(hopping));
  console.log(
    `mean ${percent(mean)} ± ${percent(error)} of the best expected, target ${percent(target)}: ${verdict(mean >= target)}\n`,
  );
}

/** The fewer meters matter, the better they can be followed. */
function few(): void {
  const rows = [1, 3, 10].map((count) => {
    const shares = Array.from({ length: seeds }, (_, i) => {
      const meters = metersIn(null, i + 1).slice(0, count);
      const sent = [...hearable(meters, 2 * DAY)];
      const second = (packets: readonly Sent[]): number => within(packets, DAY, 2 * DAY).length;
      const auto = second(heardByAuto(sent, 2 * DAY));
      return { ofAll: auto / second(sent), ofBest: auto / expectedOfBest(meters, DAY).packets };
    });
    const ofAll = meanOf(shares.map((share) => share.ofAll)).mean;
    const ofBest = meanOf(shares.map((share) => share.ofBest)).mean;
    return [String(count), percent(ofAll), `${ofBest.toFixed(2)} ×`];
  });
  console.log('Few meters that hop in order over all 50 channels, the second day:');
  console.log(table(['meters', 'of all they send', 'of the best fixed window'], rows));
  console.log('');
}

/** A meter that comes to where nothing was heard for a day. */
function newcomers(): void {
  const neighbours = [...hearable(metersIn({ lowHz: 911.2e6, highHz: 913.2e6 }, 7).slice(0, 10), 5 * DAY)];
  const hours = [914.9, 917, 919.8].flatMap((mhz) =>
    Array.from({ length: seeds }, (_, i) => {
      const part = { lowHz: mhz * 1e6, highHz: (mhz + 2) * 1e6 };
      const own = [...hearable(metersIn(part, 20 + i).slice(0, 1), 5 * DAY)]
        .filter(({ seconds }) => seconds > DAY)
        .map((sent) => ({ ...sent, meter: 10_000_999 }));
      const sent = [...neighbours, ...own].sort((a, b) => a.seconds - b.seconds);
      const first = heardByAuto(sent, 5 * DAY).find(({ meter }) => meter === 10_000_999);
      return ((first?.seconds ?? Number.POSITIVE_INFINITY) - DAY) / HOUR;
    }),
  );
  hours.sort((a, b) => a - b);
  const worst = hours.at(-1)!;
  console.log(
    'A meter that nobody asked for comes after a day to where nothing was heard, ten others elsewhere:',
  );
  console.log(
    `heard after ${hours[hours.length >> 1].toFixed(1)} h in the median, ${worst.toFixed(1)} h at most; target ${NEWCOMER_HOURS} h: ${verdict(worst <= NEWCOMER_HOURS)}\n`,
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

tellUniform('order', ORDER_TARGET);
tellUniform('chance', CHANCE_TARGET);
few();
newcomers();
parts();
chosen();
await hearWithSamples();
