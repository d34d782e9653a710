import { Fault } from '../errors.js';

/** What is used of a device as WebUSB has it. */
export interface UsbDevice {
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  open(): Promise<void>;
  claimInterface(number: number): Promise<void>;
  /** Resolves with what came of a read from an endpoint; `status` is `ok` or what is wrong. */
  transferIn(
    endpoint: number,
    bytes: number,
  ): Promise<{ readonly status?: string | undefined; readonly data?: DataView | undefined }>;
  close(): Promise<void>;
}

/** What is used of webrtlsdr's driver of an open dongle. */
export interface RtlRadio {
  setSampleRate(hz: number): Promise<number>;
  setFrequencyCorrection(ppm: number): Promise<void>;
  /** @returns where it really is, Hz */
  setCenterFrequency(hz: number): Promise<number>;
  /** @param db null: the tuner sets it by itself */
  setGain(db: number | null): Promise<void>;
  enableBiasTee(on: boolean): Promise<void>;
  /** Samples that lie in the dongle are thrown away. */
  resetBuffer(): Promise<void>;
  close(): Promise<void>;
}

/** What is used of webrtlsdr's registers of the RTL2832U. */
export interface RtlRegisters {
  claimInterface(): Promise<void>;
  setUsbReg(address: number, value: number, bytes: number): Promise<void>;
  setSysReg(address: number, value: number): Promise<void>;
  /** Lets the tuner's bus be reached, and keeps its noise away again. */
  openI2C(): Promise<void>;
  closeI2C(): Promise<void>;
  /** @returns registers of a chip on the tuner's bus from `register` on; an R8xx sends each with its lowest bit first */
  getI2CRegBuffer(address: number, register: number, bytes: number): Promise<ArrayBuffer>;
}

/** webrtlsdr. */
export interface RtlDriver {
  /** Takes hold of an open device. It takes any tuner but an R820T for an R828D. */
  openRadio(device: UsbDevice): Promise<RtlRadio>;
  registersOf(device: UsbDevice): RtlRegisters;
  /** Whether an R8xx answers at an address of the dongle's I²C bus. */
  hasR8xx(registers: RtlRegisters, address: number): Promise<boolean>;
}

/** Opens a device by its place on the bus; null where none is there. */
export type UsbAccess = (bus: number, address: number) => Promise<UsbDevice | null>;

/** As npm installs them. */
export const USB_PACKAGES = ['usb@2.18.0', '@jtarrio/webrtlsdr@3.0.6'] as const;

/** Endpoint that samples come out of, as libusb numbers it. */
const SAMPLES_IN = 0x81;
/** A read that brings nothing for so long ends, so that the dongle can be let go of, ms. */
const READ_MS = 4000;

interface UsbPackage {
  readonly default: {
    getDeviceList(): readonly LibusbDevice[];
    readonly WebUSBDevice: { createInstance(device: LibusbDevice): Promise<UsbDevice> };
  };
}

interface LibusbDevice {
  readonly busNumber: number;
  readonly deviceAddress: number;
  interface(number: number): { endpoint(address: number): { timeout: number } | undefined };
}

/** Opens a device by libusb. Only the one that is meant is touched. @throws Fault where that is not installed */
export const openByLibusb: UsbAccess = async (bus, address) => {
  const usb = ((await optional('usb')) as UsbPackage).default;
  const found = usb
    .getDeviceList()
    .find(({ busNumber, deviceAddress }) => busNumber === bus && deviceAddress === address);
  if (found === undefined) return null;
  const device = await usb.WebUSBDevice.createInstance(found);
  await device.open();
  const endpoint = found.interface(0).endpoint(SAMPLES_IN);
  if (endpoint !== undefined) endpoint.timeout = READ_MS;
  return device;
};

/** @throws Fault where it is not installed */
export async function loadRtlDriver(): Promise<RtlDriver> {
  const folder = '@jtarrio/webrtlsdr/rtlsdr';
  const { RTL2832U } = (await optional(`${folder}.js`)) as { RTL2832U: { open: RtlDriver['openRadio'] } };
  const { RtlCom } = (await optional(`${folder}/rtlcom.js`)) as {
    RtlCom: new (device: UsbDevice) => RtlRegisters;
  };
  const { R8xx } = (await optional(`${folder}/r8xx.js`)) as { R8xx: { check: RtlDriver['hasR8xx'] } };
  return {
    openRadio: (device) => RTL2832U.open(device),
    registersOf: (device) => new RtlCom(device),
    hasR8xx: (registers, address) => R8xx.check(registers, address),
  };
}

/** Whether the optional packages are there; they are not loaded. */
export function areUsbPackagesInstalled(): boolean {
  try {
    for (const name of ['usb', '@jtarrio/webrtlsdr/rtlsdr.js']) import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A name in a variable, so that ertd can be compiled where the package is missing. */
async function optional(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    const why = missing ? 'is not installed' : `cannot be loaded (${firstLine(cause)})`;
    const message =
      `Direct USB needs the package ${name.replace(/(webrtlsdr|usb)\/.*/, '$1')}, which ${why}: ` +
      `npm install ${USB_PACKAGES.join(' ')}, or name the dongle as rtlsdr:SERIAL.`;
    throw new Fault('SOURCE_NOT_FOUND', message, { cause });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
