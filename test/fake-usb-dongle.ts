import type { UsbAccess, UsbDevice } from '../src/sources/usb-packages.js';

/** Registers of an RTL2832U that are looked at, by block and address. */
const GPIO_OUT = 0x3001;
const XTAL_HZ = 28.8e6;
const IF_HZ = 3.57e6;
/** How long a read of a silent dongle takes, ms. */
const READ_MS = 400;
/** Blocks that control transfers go to. */
const BLOCK = { demodulatorPages: 0x0f, usb: 0x100, system: 0x200, i2c: 0x600, write: 0x10 };

export interface FakeUsbOptions {
  /** Address of an R8xx tuner on the I²C bus; null: the tuner is another one. */
  readonly tunerAddress?: number | null;
  readonly manufacturerName?: string;
  readonly productName?: string;
}

interface Read {
  readonly bytes: number;
  readonly done: (data: Uint8Array) => void;
  readonly stall: () => void;
  readonly fail: (error: Error) => void;
}

interface Setup {
  readonly value: number;
  readonly index: number;
}

/**
 * The USB end of a dongle that does not exist: registers that keep what is written to them, a tuner on its I²C bus, and
 * samples for whoever reads. What it is tuned to is worked out from the registers, as the chips would.
 */
export class FakeUsbDongle implements UsbDevice {
  readonly manufacturerName: string;
  readonly productName: string;
  isOpen = false;
  /** Whether the tuner's synthesiser locks onto what it is told. */
  locks = true;
  /** Most reads that were under way at a time. */
  mostReads = 0;
  #isPluggedIn = true;
  #isSilent = false;
  readonly #tunerAddress: number | null;
  readonly #tuner = new Uint8Array(32);
  #tunerPointer = 0;
  readonly #system = new Map<number, number>();
  readonly #demodulator = new Map<string, number>();
  #reads: Read[] = [];

  constructor({ tunerAddress = 0x34, manufacturerName, productName }: FakeUsbOptions = {}) {
    this.#tunerAddress = tunerAddress;
    this.manufacturerName = manufacturerName ?? 'Realtek';
    this.productName = productName ?? 'RTL2838UHIDIR';
    this.#tuner[0] = 0x69;
  }

  /** Opens it, whatever the place on the bus. */
  readonly access: UsbAccess = async () => {
    if (!this.#isPluggedIn) return null;
    if (this.isOpen) throw new Error('LIBUSB_ERROR_BUSY');
    await this.open();
    return this;
  };

  /** Where the tuner's synthesiser is, less the intermediate frequency, Hz. */
  get centerHz(): number {
    const [r10, r14] = [this.#tuner[0x10], this.#tuner[0x14]];
    const whole = 13 + 4 * (r14 & 0x3f) + (r14 >> 6);
    const part = (256 * this.#tuner[0x16] + this.#tuner[0x15]) / 65_536;
    return (2 * XTAL_HZ * (whole + part)) / 2 ** ((r10 >> 5) + 1) - IF_HZ;
  }

  get sampleRateHz(): number {
    const word = (address: number): number => this.#demodulator.get(`1 ${address}`) ?? 0;
    return (XTAL_HZ * 2 ** 22) / (word(0x9f) * 2 ** 16 + word(0xa1));
  }

  /** Steps of its two amplifiers, or null while it sets them by itself. */
  get gainSteps(): readonly [number, number] | null {
    const [r5, r7] = [this.#tuner[0x05], this.#tuner[0x07]];
    return (r5 & 0x10) === 0 ? null : [r5 & 0x0f, r7 & 0x0f];
  }

  get biasTee(): boolean {
    return ((this.#system.get(GPIO_OUT) ?? 0) & 1) === 1;
  }

  /** Gives samples to the oldest read under way, and keeps none where there is none. */
  send(value: number): void {
    if (this.#isSilent) return;
    const read = this.#reads.shift();
    read?.done(new Uint8Array(read.bytes).fill(value));
  }

  /** Sends no more. What is under way ends some time, as libusb was told. */
  silence(): void {
    this.#isSilent = true;
    const fail = (): void => {
      for (const read of this.#reads.splice(0)) read.fail(new Error('LIBUSB_TRANSFER_TIMED_OUT'));
    };
    setTimeout(fail, READ_MS);
  }

  /** The endpoint halts: what is under way ends, and brings nothing. */
  stall(): void {
    for (const { stall } of this.#reads.splice(0)) stall();
  }

  unplug(): void {
    this.#isPluggedIn = false;
    for (const { fail } of this.#reads.splice(0)) fail(gone());
  }

  /** Is put back, as it comes from the factory. */
  plug(): void {
    this.#isPluggedIn = true;
    this.#isSilent = false;
    this.isOpen = false;
    this.#tuner.fill(0, 1);
    this.#system.clear();
    this.#demodulator.clear();
  }

  async open(): Promise<void> {
    this.isOpen = true;
  }

  async claimInterface(): Promise<void> {}
  async releaseInterface(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#reads.length > 0) throw new Error('cannot close a device with reads under way');
    this.isOpen = false;
  }

  async controlTransferOut({ value, index }: Setup, buffer: ArrayBuffer) {
    this.#check();
    const data = new Uint8Array(buffer);
    const block = index & ~BLOCK.write;
    if (block === BLOCK.i2c) return { status: this.#writeTuner(value, data) ? 'ok' : 'stall' };
    // Demodulator registers come big endian, the others little endian.
    const number = data.reduce((sum, byte) => 256 * sum + byte, 0);
    if (block === BLOCK.system) this.#system.set(value, data[0]);
    else if (block <= BLOCK.demodulatorPages) this.#demodulator.set(`${block} ${value >> 8}`, number);
    return { status: 'ok' };
  }

  async controlTransferIn({ value, index }: Setup, length: number) {
    this.#check();
    const bytes = new Uint8Array(length);
    if (index === BLOCK.system) bytes[0] = this.#system.get(value) ?? 0;
    if (index === BLOCK.i2c) {
      if (value !== this.#tunerAddress) return { status: 'stall' };
      bytes.set(this.#tunerBytes(length));
    }
    return { status: 'ok', data: new DataView(bytes.buffer) };
  }

  transferIn(_endpoint: number, bytes: number): ReturnType<UsbDevice['transferIn']> {
    return new Promise((resolve, reject) => {
      if (!this.#isPluggedIn) {
        reject(gone());
        return;
      }
      const done = (data: Uint8Array): void => resolve({ status: 'ok', data: new DataView(data.buffer) });
      this.#reads.push({ bytes, done, stall: () => resolve({ status: 'stall' }), fail: reject });
      this.mostReads = Math.max(this.mostReads, this.#reads.length);
    });
  }

  #check(): void {
    if (!this.#isPluggedIn) throw gone();
  }

  #writeTuner(address: number, [register, value]: Uint8Array): boolean {
    if (address !== this.#tunerAddress) return false;
    this.#tunerPointer = register;
    if (value !== undefined) this.#tuner[register] = value;
    return true;
  }

  /** The chip sends its registers with the lowest bit first; the first one is the same either way. */
  #tunerBytes(length: number): Uint8Array {
    const registers = this.#tuner.slice(0, 5);
    registers[2] = this.locks ? 0x40 : 0;
    registers[4] = this.#tunerAddress === 0x74 ? 0x10 : 0x20; // where the oscillator should be
    const mirrored = registers.map((byte, i) => (i === 0 ? byte : mirror(byte)));
    return mirrored.slice(this.#tunerPointer, this.#tunerPointer + length);
  }
}

function mirror(byte: number): number {
  return Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2);
}

function gone(): Error {
  return new Error('LIBUSB_ERROR_NO_DEVICE');
}
