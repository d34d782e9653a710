import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A dongle that does not exist. */
export interface FakeDongle {
  readonly serial: string;
  /** The socket it is in. */
  readonly port: string;
  /**
   * `silent`: sends no samples, `wedged`: neither ends when asked to, `dies`: rtl_tcp ends, `in use`: another
   * program has it.
   */
  readonly state?: 'well' | 'silent' | 'wedged' | 'dies' | 'in use' | 'unplugged';
  /** A driver of the kernel that has taken it. */
  readonly driver?: string;
}

const FAKE_RTL_TCP = fileURLToPath(new URL('fake-rtl-tcp.js', import.meta.url));

/**
 * A machine that dongles can be plugged into: a folder with the files that the kernel has of them, and an rtl_tcp
 * that finds them.
 */
export class FakeDongles {
  /** What stands for `/`. */
  readonly root: string;
  /** The environment in which its rtl_tcp is found. */
  readonly env: { readonly PATH: string; readonly FAKE_DONGLES: string };

  constructor(folder: string) {
    this.root = join(folder, 'root');
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(FAKE_RTL_TCP, join(bin, 'rtl_tcp'));
    this.env = { PATH: `${bin}:${process.env.PATH}`, FAKE_DONGLES: join(folder, 'dongles.json') };
    this.plug();
  }

  /** These dongles are there from now on, in the order of rtl_tcp's list, and no others. */
  plug(...dongles: readonly FakeDongle[]): void {
    const named = dongles.map((dongle) => ({ ...dongle, name: dongle.port }));
    rmSync(this.root, { recursive: true, force: true });
    mkdirSync(join(this.root, 'sys/bus/usb/devices'), { recursive: true });
    for (const [i, dongle] of dongles.entries())
      if (dongle.state !== 'unplugged') this.#addFiles(dongle, i + 4);
    const fresh = `${this.env.FAKE_DONGLES}.new`;
    writeFileSync(fresh, JSON.stringify(named));
    renameSync(fresh, this.env.FAKE_DONGLES);
  }

  /** The process that has the dongle in this socket open, or null. */
  holderOf(port: string): number | null {
    const lock = `${this.env.FAKE_DONGLES}.${port}`;
    return existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : null;
  }

  /** What the dongle in this socket was told, as `op value`. */
  commandsOf(port: string): string[] {
    const path = `${this.env.FAKE_DONGLES}.${port}.commands`;
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  #addFiles({ serial, port, state, driver }: FakeDongle, device: number): void {
    const attributes = {
      idVendor: '0bda',
      idProduct: '2838',
      manufacturer: 'Realtek',
      product: 'RTL2838UHIDIR',
      serial,
      busnum: '1',
      devnum: String(device),
    };
    for (const [name, value] of Object.entries(attributes))
      this.#write(`sys/bus/usb/devices/${port}/${name}`, `${value}\n`);
    this.#write(`dev/bus/usb/001/00${device}`, '');
    const taken = state === 'in use' ? 'usbfs' : driver;
    const link = join(this.root, `sys/bus/usb/devices/${port}:1.0/driver`);
    mkdirSync(dirname(link), { recursive: true });
    if (taken !== undefined) symlinkSync(`../../../../bus/usb/drivers/${taken}`, link);
  }

  #write(path: string, text: string): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}
