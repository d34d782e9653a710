/** A process that receives pieces of air for `eachPiece`, one at a time. */
import { figuresOf, type Piece } from './false-piece.js';

process.on('message', (piece: Piece) => process.send?.(figuresOf(piece)));
