/** A process that works on pieces of `fuzz`, one at a time. */
import { type FuzzPiece, figuresOf } from './fuzz-piece.js';

process.on('message', async (piece: FuzzPiece) => {
  process.send?.(await figuresOf(piece));
});
