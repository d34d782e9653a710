import type { Colour } from './colours.js';
import type { Pixels } from './png.js';

/** What a picture is made of, in pixels from its upper left corner; later ones lie on top. */
export type Shape =
  | { readonly kind: 'image'; readonly x: number; readonly y: number; readonly pixels: Pixels }
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly stroke?: Colour;
      readonly fill?: Colour;
      readonly dashed?: boolean;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Baseline. */
      readonly y: number;
      readonly text: string;
      readonly colour: Colour;
      readonly anchor: 'start' | 'middle' | 'end';
    };

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly background: Colour;
  readonly shapes: readonly Shape[];
}

/** Size of a character of text, pixels; the same in every format. */
export const CHARACTER = { width: 8, height: 12 };
