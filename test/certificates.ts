import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Makes an authority and certificates of it for 127.0.0.1, one good, one that has expired, and one for a client. */
export function makeCertificates(pathOf: (name: string) => string): void {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = [
    '-keyout',
    pathOf('ca.key'),
    '-out',
    pathOf('ca.pem'),
    '-subj',
    '/CN=ertd test authority',
  ];
  openssl('req', '-x509', ...newKey, ...authority, '-days', '2');
  writeFileSync(pathOf('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  for (const [name, days] of [
    ['good', '2'],
    ['expired', '-1'],
    ['client', '2'],
  ]) {
    const [key, request] = [pathOf(`${name}.key`), pathOf(`${name}.csr`)];
    openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    const signed = ['-CA', pathOf('ca.pem'), '-CAkey', pathOf('ca.key'), '-CAcreateserial', '-days', days];
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signed,
      '-extfile',
      pathOf('names'),
      '-out',
      pathOf(`${name}.pem`),
    );
  }
}
