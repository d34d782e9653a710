import { rootCertificates } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import type { Config } from '../../config.js';
import { Fault } from '../../errors.js';
import { readNamed, secretOf } from '../delivery/secret.js';

/**
 * How to connect, from the configuration; files are read anew, as certificates are renewed.
 * @throws Fault `CONFIG` where a file cannot be read or the address is none
 */
export function connectionOptions(settings: Config['mqtt'], will: IClientOptions['will']): IClientOptions {
  const { user, password, passwordFile, caFile, certFile, keyFile } = settings;
  const { protocol, hostname, port, pathname } = parsed(settings.url);
  const secret = secretOf(password, passwordFile, 'mqtt.passwordFile');
  return {
    protocol: protocol.slice(0, -1) as NonNullable<IClientOptions['protocol']>,
    // The brackets of an IPv6 address belong to the URL.
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...(pathname !== '' && pathname !== '/' && { path: pathname }),
    ...(user !== '' && { username: user, password: secret }),
    ...(caFile !== '' && { ca: [...rootCertificates, readNamed(caFile, 'mqtt.caFile').toString()] }),
    ...(certFile !== '' && { cert: readNamed(certFile, 'mqtt.certFile') }),
    ...(keyFile !== '' && { key: readNamed(keyFile, 'mqtt.keyFile') }),
    ...(will && { will }),
    keepalive: 30,
    clean: true,
  };
}

function parsed(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new Fault('CONFIG', `mqtt.url is no address: ${url}; write it as mqtt://HOST:PORT.`, {
      cause,
    });
  }
}
