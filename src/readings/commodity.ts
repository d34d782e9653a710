/** What a meter counts. */
export type Commodity = 'electric' | 'gas' | 'water' | 'unknown';
