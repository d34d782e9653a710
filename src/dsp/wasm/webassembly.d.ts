/** What is used of the platform's WebAssembly; it is part of no ECMAScript library. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module);
  }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
