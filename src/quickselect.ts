/**
 * The k-th smallest of some numbers, from 0 on, by Hoare's selection: the values are put in another order, and far fewer
 * are moved than by sorting. None may be NaN. O(n) as a rule.
 */
export function kthSmallest(values: Float32Array, k: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const greater = values[i];
      values[i++] = values[j];
      values[j--] = greater;
    }
    // All up to j are at most the pivot, all from i on at least.
    if (k <= j) to = j;
    else if (k >= i) from = i;
    else break;
  }
  return values[k];
}
