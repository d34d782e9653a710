/** The part of fft.js 4 that is used; the package brings no types. */
declare module 'fft.js' {
  export default class FFT {
    /** @param size a power of two, at least 2 */
    constructor(size: number);
    readonly size: number;
    createComplexArray(): number[];
    /** Forward transform of interleaved complex `input` into `output`, both [2·size]; they may not be one. */
    transform(output: number[], input: number[]): void;
    inverseTransform(output: number[], input: number[]): void;
  }
}
