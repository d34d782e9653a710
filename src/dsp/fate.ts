import type { Activity } from './activity.js';
import type { Burst } from './burst.js';
import type { Candidate } from './detector.js';
import { binFrequencyHz, type Geometry } from './geometry.js';
import type { Screening } from './screening.js';

/** A place in time and frequency; frequencies are relative to the tuned centre. */
export interface Place {
  readonly firstSample: number;
  readonly carrierHz: number;
}

/** A place where a sync word seemed to begin, and what a look at the whole packet said. */
export interface Sighting extends Place {
  /** Which sync pattern: its index in the list the front end was given. */
  readonly sync: number;
  readonly bandwidthHz: number;
  /** Correlation with the sync word, standard deviations of noise. */
  readonly score: number;
  readonly screening: Screening;
}

/**
 * What became of a sighting in the front end:
 *   noise     the rest of the packet was not there, or looks like none
 *   yielded   a better one holds its time and channel
 *   overload  too many at once
 *   burst     read or demodulated, and handed on
 */
export type SightingFate =
  | { readonly became: 'noise' | 'overload' }
  | { readonly became: 'yielded'; readonly to: Place }
  | { readonly became: 'burst'; readonly burst: Burst };

/** Is told what the front end makes of the air; what it is told does not change later. */
export interface FrontEndObserver {
  sighting?(sighting: Sighting, fate: SightingFate): void;
  /** Energy that belongs to no packet; in order of its end. */
  foreign?(activity: Activity): void;
}

/** Is told what the shortlist makes of candidates. */
export interface ShortlistObserver {
  screened(candidate: Candidate, screening: Screening, passed: boolean): void;
  yielded(candidate: Candidate, better: Candidate): void;
  /** It has passed, and what its sync word looks like speaks against it. */
  refused(candidate: Candidate): void;
}

/** Puts together what is known of each candidate and tells it in samples and Hz. */
export class FateTeller implements ShortlistObserver {
  readonly #observer: FrontEndObserver;
  readonly #geometry: Geometry;
  readonly #sampleOf: (frame: number) => number;
  readonly #screenings = new WeakMap<Candidate, Screening>();

  /** @param sampleOf place in the stream of a frame's chip */
  constructor(observer: FrontEndObserver, geometry: Geometry, sampleOf: (frame: number) => number) {
    this.#observer = observer;
    this.#geometry = geometry;
    this.#sampleOf = sampleOf;
  }

  screened(candidate: Candidate, screening: Screening, passed: boolean): void {
    this.#screenings.set(candidate, screening);
    if (!passed) this.tell(candidate, { became: 'noise' });
  }

  refused(candidate: Candidate): void {
    this.tell(candidate, { became: 'noise' });
  }

  yielded(candidate: Candidate, better: Candidate): void {
    this.tell(candidate, { became: 'yielded', to: this.#placeOf(better) });
  }

  tell(candidate: Candidate, fate: SightingFate): void {
    const screening = this.#screenings.get(candidate);
    if (screening === undefined) return;
    const { sync, width, score } = candidate;
    const bandwidthHz = width * this.#geometry.binHz;
    this.#observer.sighting?.({ ...this.#placeOf(candidate), sync, bandwidthHz, score, screening }, fate);
  }

  #placeOf({ frame, bin }: Candidate): Place {
    const carrierHz = binFrequencyHz(this.#geometry, bin % this.#geometry.fftSize);
    return { firstSample: Math.round(this.#sampleOf(frame)), carrierHz };
  }
}
