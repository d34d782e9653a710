import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Bytes in order, as many at a time as asked for: block borders do not depend on how they arrive. */
export interface ByteReader {
  /** Fills `into` from its start. @returns how many bytes; fewer than fit only at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Lets go; a `read` under way ends early. */
  close(): Promise<void>;
}

/** A stretch of a file. */
export class FileByteReader implements ByteReader {
  readonly #handle: FileHandle;
  readonly #endByte: number;
  #position: number;

  constructor(handle: FileHandle, firstByte: number, endByte: number) {
    this.#handle = handle;
    this.#position = firstByte;
    this.#endByte = endByte;
  }

  async read(into: Uint8Array): Promise<number> {
    const wanted = Math.min(into.length, this.#endByte - this.#position);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#handle.read(into, filled, wanted - filled, this.#position);
      if (bytesRead === 0) break; // the file has become shorter meanwhile
      filled += bytesRead;
      this.#position += bytesRead;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A pipe or another stream whose length is not known. */
export class StreamByteReader implements ByteReader {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #closed = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length && !this.#closed) {
      if (this.#rest.length === 0 && !(await this.#fetch())) break;
      const part = this.#rest.subarray(0, into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return filled;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
  }

  /** @returns false at the end of the stream. */
  async #fetch(): Promise<boolean> {
    try {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#rest = next.value;
      return true;
    } catch (error) {
      if (this.#closed) return false; // our own close is what broke the stream
      throw error;
    }
  }
}
