#!/usr/bin/env node
// Debian's rtl_tcp without a dongle, for tests: the same arguments, list, search and protocol. The dongles there
// are, and how they fare, are in the JSON file that FAKE_DONGLES names, which may change at any time; see FakeDongles.
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const path = process.env.FAKE_DONGLES;
const pluggedIn = () => JSON.parse(readFileSync(path, 'utf8')).filter(({ state }) => state !== 'unplugged');
const option = (name, initial) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? initial : process.argv[at + 1];
};

/** As librtlsdr's verbose_device_search: a number counts as an index before it counts as a serial. */
function search(wanted, dongles) {
  const index = Number(wanted);
  if (wanted !== '' && index >= 0 && index < dongles.length) return index;
  const ways = ['at', 'startsWith', 'endsWith'];
  for (const way of ways) {
    const fits = ({ serial }) => (way === 'at' ? serial === wanted : serial[way](wanted));
    const found = dongles.findIndex(fits);
    if (found >= 0) return found;
  }
  return -1;
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const dongles = pluggedIn();
if (dongles.length === 0) fail('No supported devices found.');
process.stderr.write(`Found ${dongles.length} device(s):\n`);
for (const [i, { serial }] of dongles.entries())
  process.stderr.write(`  ${i}:  Realtek, RTL2838UHIDIR, SN: ${serial}\n`);
process.stderr.write('\n');
const index = search(option('-d', '0'), dongles);
if (index < 0) fail('No matching devices found.');
process.stderr.write(`Using device ${index}: Generic RTL2832U OEM\n`);

const { name, state } = dongles[index];
const lock = `${path}.${name}`;
const lockedBy = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
if (state === 'in use' || (lockedBy > 0 && existsSync(`/proc/${lockedBy}`)))
  fail('usb_claim_interface error -6');
if (state === 'dies') fail('cb transfer status: 5, canceling...');
writeFileSync(lock, String(process.pid));
process.on('exit', () => rmSync(lock, { force: true }));
process.on('SIGTERM', () => stateNow() !== 'wedged' && process.exit(0));

function stateNow() {
  const dongle = pluggedIn().find((each) => each.name === name);
  return dongle === undefined ? 'unplugged' : (dongle.state ?? 'well');
}

let rateHz = 2_048_000;
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.write(Buffer.from('RTL0\0\0\0\x05\0\0\0\x1d', 'latin1'));
  socket.on('data', (data) => {
    for (let at = 0; at + 5 <= data.length; at += 5) {
      if (data[at] === 2) rateHz = data.readUInt32BE(at + 1);
      appendFileSync(`${lock}.commands`, `${data[at]} ${data.readInt32BE(at + 1)}\n`);
    }
  });
  const sending = setInterval(() => {
    const now = stateNow();
    if (now === 'dies') fail('cb transfer status: 5, canceling...');
    if (now === 'well') socket.write(Buffer.alloc(2 * Math.round(rateHz / 20), 127));
  }, 50);
  socket.on('close', () => clearInterval(sending));
});
server.listen(Number(option('-p', '1234')), option('-a', '127.0.0.1'));
