export type Commodity = 'electric' | 'gas' | 'water' | 'unknown';

/**
 * What endpoints of each ERT type usually count. Sources agree on these, except that type 12 is gas (100G)
 * nearly everywhere but was also given to some early electric endpoints, and type 4 to one gas module.
 */
const COMMODITY_OF_TYPE: readonly Commodity[] = [
  'gas', // 0  25G, 1 ft³
  'gas', // 1  25G, 2 ft³
  'gas', // 2  40G
  'water', // 3  40W, 50W
  'electric', // 4  C1SR, 54ESS
  'electric', // 5  40E, 52ESS
  'unknown', // 6
  'electric', // 7  C1SR with interval data, 51ESS
  'electric', // 8  50ESS, 53ESS
  'gas', // 9  100T
  'unknown', // 10
  'water', // 11 100W
  'gas', // 12 100G
  'water', // 13 60W, 80W-i
  'unknown', // 14
  'unknown', // 15
];

/** Commodity of an ERT type; the low four bits count, as longer type fields repeat them there. */
export function commodityOfType(type: number): Commodity {
  return COMMODITY_OF_TYPE[type & 15];
}
