import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../errors.js';
import type { Link, LinkRequest } from './live.js';
import type { Tuning } from './source.js';
import { StallWatch } from './stall-watch.js';
import {
  loadRtlDriver,
  type RtlDriver,
  type RtlRadio,
  type RtlRegisters,
  type UsbDevice,
} from './usb-packages.js';

/*
 * Reads that are under way at a time, and their length: half a second of a dongle, since nothing takes samples while
 * this process is busy.
 */
const READS = 16;
const READ_BYTES = 128 * 1024;
const SAMPLES_ENDPOINT = 1;
/** Longest that reads under way, and then the dongle, take to come to an end, ms. */
const CLOSING_MS = 6000;
/** The tuner's steps are finer: one that is farther off has no such frequency, Hz. */
const OFF_HZ = 10e3;
/** Where tuners answer on the dongle's I²C bus. */
const R820T_ADDRESS = 0x34;
const R828D_ADDRESS = 0x74;
/** The bit of an R8xx's third register that says that its synthesiser is locked, as it comes over the bus. */
const LOCKED_BIT = 0x02;
/** It is asked so often, with so long between, ms: it takes a moment. */
const LOCK_LOOKS = 10;
const LOCK_PAUSE_MS = 2;

/** A dongle to be taken hold of. */
export interface UsbRequest extends LinkRequest {
  /** Open. It is closed where this fails. */
  readonly device: UsbDevice;
  /** Such as `the dongle 00000042`. */
  readonly name: string;
  /** Longest silence of a dongle that should be sending samples, ms. */
  readonly stallMs: number;
}

/**
 * Takes hold of a dongle over USB, sets it and lets samples flow.
 * @throws Fault `SOURCE_NOT_FOUND` where its tuner is none that can be driven, or it does not answer
 */
export async function openUsbLink(request: UsbRequest): Promise<Link> {
  const { device, name, tuning, signal } = request;
  try {
    const driver = await loadRtlDriver();
    const tuner = await findTuner(driver, device, name);
    const radio = await driver.openRadio(device);
    const dongle = { name, radio, tuner, registers: driver.registersOf(device) };
    await set(dongle, tuning, null);
    await radio.resetBuffer();
    signal.throwIfAborted();
    return new UsbLink(request, dongle);
  } catch (error) {
    await device.close().catch(() => {});
    if (error instanceof Fault) throw error;
    const message = `${capital(name)} cannot be set up (${wordsOf(error)}): pull it out and plug it in again.`;
    throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true, cause: error });
  }
}

/**
 * The tuner's chip. The driver would take any for an R828D with the crystal of the Blog V4, and so either fail in words
 * that nobody understands or listen elsewhere than it says.
 */
async function findTuner(driver: RtlDriver, device: UsbDevice, name: string): Promise<TunerName> {
  const registers = driver.registersOf(device);
  await registers.claimInterface();
  // Power for the part that leads to the tuner's bus, as the first steps of the driver have it.
  await registers.setUsbReg(0x2000, 0x09, 1);
  await registers.setUsbReg(0x2158, 0x0200, 2);
  await registers.setUsbReg(0x2148, 0x0210, 2);
  await registers.setSysReg(0x300b, 0x22);
  await registers.setSysReg(0x3000, 0xe8);
  if (await driver.hasR8xx(registers, R820T_ADDRESS)) return 'R820T';
  const hasR828d = await driver.hasR8xx(registers, R828D_ADDRESS);
  const isBlogV4 = device.manufacturerName === 'RTLSDRBlog' && device.productName === 'Blog V4';
  if (hasR828d && isBlogV4) return 'R828D';
  const what = hasR828d ? 'an R828D with another crystal than the Blog V4' : 'another tuner than an R820T';
  const message = `${capital(name)} has ${what}, which direct USB cannot drive: name it as rtlsdr:SERIAL.`;
  throw new Fault('SOURCE_NOT_FOUND', message);
}

type TunerName = 'R820T' | 'R828D';

/** A dongle that is open. */
interface OpenDongle {
  readonly name: string;
  readonly radio: RtlRadio;
  readonly tuner: TunerName;
  readonly registers: RtlRegisters;
}

/** Sets what is not set so already. */
async function set(dongle: OpenDongle, tuning: Tuning, before: Tuning | null): Promise<void> {
  const { radio } = dongle;
  const { centerHz, sampleRateHz, gainDb, ppm, biasTee } = tuning;
  if (sampleRateHz !== before?.sampleRateHz) await radio.setSampleRate(sampleRateHz);
  if (ppm !== before?.ppm) await radio.setFrequencyCorrection(ppm);
  if (centerHz !== before?.centerHz) {
    const reachedHz = await radio.setCenterFrequency(centerHz);
    if (!(Math.abs(reachedHz - centerHz) < OFF_HZ)) {
      const message = `The tuner does not reach ${centerHz / 1e6} MHz: choose another --center.`;
      throw new Fault('SOURCE_NOT_FOUND', message);
    }
    await assertLocked(dongle, centerHz);
  }
  if (gainDb !== before?.gainDb) await radio.setGain(typeof gainDb === 'number' ? gainDb : null);
  if (biasTee !== undefined && biasTee !== before?.biasTee) await radio.enableBiasTee(biasTee);
}

/** The driver takes a synthesiser for locked that is not: it would listen anywhere. @throws Fault */
async function assertLocked({ name, tuner, registers }: OpenDongle, centerHz: number): Promise<void> {
  const address = tuner === 'R820T' ? R820T_ADDRESS : R828D_ADDRESS;
  for (let look = 0; look < LOCK_LOOKS; look++) {
    if (look > 0) await sleep(LOCK_PAUSE_MS);
    await registers.openI2C();
    const status = new Uint8Array(await registers.getI2CRegBuffer(address, 0, 3));
    await registers.closeI2C();
    if ((status[2] & LOCKED_BIT) !== 0) return;
  }
  const message = `The tuner of ${name} does not lock onto ${centerHz / 1e6} MHz: pull it out, let it cool, and plug it in again.`;
  throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}

/** A dongle whose samples are being read. */
class UsbLink implements Link {
  readonly ended: Promise<Fault>;
  readonly tuner: string;
  readonly #request: UsbRequest;
  readonly #dongle: OpenDongle;
  readonly #watch: StallWatch;
  readonly #reads: readonly Promise<void>[];
  readonly #cut = (): void => this.#end(new Fault('SOURCE_LOST', 'The dongle was let go of.'));
  #wanted: Tuning;
  #set: Tuning;
  /** What is being set, one after the other. */
  #setting: Promise<void> = Promise.resolve();
  #over = false;
  #resolveEnded: (why: Fault) => void = () => {};

  constructor(request: UsbRequest, dongle: OpenDongle) {
    this.#request = request;
    this.#dongle = dongle;
    this.tuner = dongle.tuner;
    this.#wanted = request.tuning;
    this.#set = request.tuning;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#watch = new StallWatch(request.stallMs, (ms) => this.#end(stalled(request.name, ms)));
    this.#reads = Array.from({ length: READS }, () => this.#read());
    request.signal.addEventListener('abort', this.#cut, { once: true });
  }

  tune(tuning: Tuning): void {
    this.#wanted = tuning;
    this.#setting = this.#setting.then(async () => {
      const { sampleRateHz } = this.#set; // stays as it was opened with
      const next = { ...this.#wanted, sampleRateHz };
      if (this.#over) return;
      await set(this.#dongle, next, this.#set).catch((error: unknown) => {
        this.#end(error instanceof Fault ? error : lost(this.#request.name, error));
      });
      this.#set = next;
    });
  }

  /** One read after the other; several of these take turns, in the order they began. */
  async #read(): Promise<void> {
    const { device, name, stallMs, onSamples } = this.#request;
    try {
      while (!this.#over) {
        const { status, data } = await device.transferIn(SAMPLES_ENDPOINT, READ_BYTES);
        if (this.#over) return;
        if (status !== 'ok' || data === undefined) throw new Error(`the read ended with ${status}`);
        this.#watch.flowed(stallMs);
        onSamples(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
    } catch (error) {
      this.#end(lost(name, error));
    }
  }

  /** The first reason counts; others are its consequences. */
  #end(why: Fault): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.stop();
    this.#request.signal.removeEventListener('abort', this.#cut);
    void this.#letGo(why.message).then((fault) => this.#resolveEnded(fault ?? why));
  }

  /** @returns what is wrong where the dongle cannot be let go of */
  async #letGo(why: string): Promise<Fault | null> {
    const { device } = this.#request;
    const letGo = async (): Promise<void> => {
      await this.#setting;
      await Promise.all(this.#reads);
      // One that was pulled out does not answer any more.
      await this.#dongle.radio.close().catch(() => device.close().catch(() => {}));
    };
    if (await isDoneWithin(letGo(), CLOSING_MS)) return null;
    const message = `${why} The USB driver hangs and does not let go of it: unplug the dongle, or restart the machine.`;
    return new Fault('SOURCE_STALLED', message, { retryable: true });
  }
}

async function isDoneWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

function lost(name: string, cause: unknown): Fault {
  const message = `${capital(name)} is lost (${wordsOf(cause)}): opening it again until it answers.`;
  return new Fault('SOURCE_LOST', message, { retryable: true, cause });
}

function stalled(name: string, silentMs: number): Fault {
  const message = `No samples from ${name} for ${silentMs / 1000} s: opening it again.`;
  return new Fault('SOURCE_STALLED', message, { retryable: true });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
