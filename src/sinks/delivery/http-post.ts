import { DeliveryFailure } from './courier.js';

/** What a server's refusal means, and which settings to correct where that helps. */
function refusalOf(status: number, text: string, { credentials, address }: HttpPost): DeliveryFailure {
  const said = wordsOf(text);
  if (status === 401 || status === 403)
    return new DeliveryFailure({
      reason: `it does not let us in (${status})`,
      advice: `correct ${credentials}`,
    });
  if (status === 404)
    return new DeliveryFailure({
      reason: `there is nothing at that address (404)${said}`,
      advice: `correct ${address}`,
    });
  if (status >= 300 && status < 400)
    return new DeliveryFailure({ reason: `it points elsewhere (${status})`, advice: 'name that address' });
  if (status === 507)
    return new DeliveryFailure({ reason: 'its disk is full (507)', advice: 'free some space there' });
  if (status === 408 || status === 429 || status >= 500)
    return new DeliveryFailure({ reason: `it cannot now (${status})${said}`, advice: 'see what it logs' });
  return new DeliveryFailure({ reason: `it refuses what it was sent (${status})${said}`, advice: '' }, false);
}

/** What a server says of it, in one line; pages for people are left out. */
function wordsOf(text: string): string {
  const said = messageOf(text).replace(/\s+/g, ' ').trim().slice(0, 200);
  return said === '' || said.startsWith('<') ? '' : `: ${said}`;
}

/** Servers wrap what they say in JSON, more or less alike. */
function messageOf(text: string): string {
  try {
    const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
    return typeof message === 'string' ? message : typeof error === 'string' ? error : text;
  } catch {
    return text;
  }
}

/** A text to send, and where. */
export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** The settings that let us in and those that say where, for the advice. */
  readonly credentials: string;
  readonly address: string;
}

/** Sends a text. @throws DeliveryFailure where the server does not take it; network errors as they come */
export async function post(request: HttpPost, signal: AbortSignal): Promise<void> {
  const { url, headers, body, timeoutMs } = request;
  const timed = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const response = await fetch(url, { method: 'POST', headers, body, signal: timed, redirect: 'manual' });
  const text = response.ok ? '' : await response.text().catch(() => '');
  // What is not read would keep the connection.
  if (response.ok) await response.body?.cancel();
  else throw refusalOf(response.status, text, request);
}
