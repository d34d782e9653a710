import { isIP } from 'node:net';
import { LISTEN_TEXT } from '../config/http-section.js';

/** Where to listen. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** @param text as the configuration has checked it; not empty */
export function listenAddressOf(text: string): ListenAddress {
  const [, host = '', port = ''] = LISTEN_TEXT.exec(text) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Whether only programs of this machine can reach it. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}

/** As part of an address: `http://[::1]:8080`. */
export function urlOf({ host, port }: ListenAddress, scheme: 'http' | 'https'): string {
  return `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
