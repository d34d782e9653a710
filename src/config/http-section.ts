import * as z from 'zod';
import { path, setting } from './setting-schema.js';

/** HOST:PORT, an IPv6 address in brackets; or nothing. */
export const LISTEN_TEXT = /^$|^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})$/;

/** The web pages and the interface behind them. */
export const HTTP = z.strictObject({
  listen: setting(
    z.string().regex(LISTEN_TEXT).prefault(''),
    'an address and a port, such as "127.0.0.1:8080", or "" for none',
    'Where the dashboard and the HTTP interface are. Any other address than this machine\'s own needs a password: "ertd auth password".',
  ),
  names: setting(
    z.array(z.string().min(1)).prefault([]),
    'a list of names, such as ["meters.example"]',
    'More names by which browsers reach the dashboard, as behind a proxy. Requests for others are refused.',
  ),
  authFile: path(
    'File with the password and the tokens, as "ertd auth" writes it; "" is auth.json beside the database.',
  ),
  tlsCertificate: path('Certificate for HTTPS, PEM; "" for HTTP.'),
  tlsKey: path('Its key, PEM.'),
});
