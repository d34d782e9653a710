import { type AirKind, airOf } from './false-air.js';
import { receive } from './receive.js';
import { isSame, SAMPLE_RATE_HZ } from './scene.js';

/** Seconds of air of one seed. */
export const PIECE_S = 30;

/** Which piece of air: the seeds of a kind count up from 1. */
export interface Piece {
  readonly kind: AirKind;
  readonly seed: number;
}

export interface Figures extends Piece {
  readonly seconds: number;
  readonly sent: number;
  readonly decoded: number;
  readonly falsePackets: number;
  /** Sum of 1 − confidence over the packets: false ones to be expected by the receiver's own judgement. */
  readonly expectedFalse: number;
  readonly candidates: number;
  /** What is known of each false packet. */
  readonly falseOnes: readonly object[];
}

/** Receives a piece of air and looks which packets were never sent. */
export function figuresOf({ kind, seed }: Piece): Figures {
  const { blocks, sent } = airOf(kind, seed, PIECE_S);
  const { packets, front } = receive(blocks, SAMPLE_RATE_HZ);
  // Two meters may have drawn the same ID.
  const falseOnes = packets.filter((packet) => !sent.some((one) => isSame(packet, one)));
  return {
    kind,
    seed,
    seconds: PIECE_S,
    sent: sent.length,
    decoded: packets.length - falseOnes.length,
    falsePackets: falseOnes.length,
    expectedFalse: packets.reduce((sum, { confidence }) => sum + 1 - confidence, 0),
    candidates: front.candidates,
    falseOnes: falseOnes.map((packet) => ({ ...packet, burst: undefined, bits: undefined })),
  };
}
