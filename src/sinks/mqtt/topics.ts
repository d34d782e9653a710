import type { EndpointKey } from '../../readings/endpoint.js';

/** The topics of one ertd; `docs/mqtt.md` tells what is on them. */
export class Topics {
  readonly #base: string;

  /** @param base what all of them begin with */
  constructor(base: string) {
    this.#base = base.replace(/\/+$/, '');
  }

  get status(): string {
    return `${this.#base}/status`;
  }

  /** Every packet, where that was asked for. */
  get packets(): string {
    return `${this.#base}/packets`;
  }

  /** Events of no single meter. */
  get event(): string {
    return `${this.#base}/event`;
  }

  meter(key: EndpointKey, what: 'state' | 'reading' | 'interval' | 'event'): string {
    return `${this.#base}/meter/${key}/${what}`;
  }

  receiver(name: string): string {
    return `${this.#base}/receiver/${topicLevel(name)}/state`;
  }
}

/** A name as one level of a topic: what means something there becomes `_`. */
export function topicLevel(name: string): string {
  return name.replace(/[^\p{L}\p{N}_.-]/gu, '_');
}
