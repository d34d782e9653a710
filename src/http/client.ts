import { Fault } from '../errors.js';
import type { StreamEvent } from './event-stream.js';

/** The daemon at the other side of its HTTP interface. */
export class HttpClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param token as `ertd auth token` gave it; none where nobody has to log in */
  constructor(url: string, token: string | undefined) {
    this.#url = url.replace(/\/$/, '');
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** @throws Fault `SOURCE_NOT_FOUND` where nobody answers, `CONFIG` where we are not let in */
  async get<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
    const response = await this.#ask(path, signal);
    return (await response.json()) as Answer;
  }

  /** What is told as it happens, until the daemon goes away or the signal aborts. @throws as {@link get} does */
  async *events(signal: AbortSignal): AsyncGenerator<StreamEvent, void, undefined> {
    const { body } = await this.#ask('/api/v1/events', signal);
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const bytes of body ?? []) {
        text += decoder.decode(bytes as Uint8Array, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        yield* blocks.map(eventOf).filter((event) => event !== null);
      }
    } catch (error) {
      if (!signal.aborted) throw this.#nobody(error);
    }
  }

  async #ask(path: string, signal: AbortSignal): Promise<Response> {
    const response = await fetch(this.#url + path, { headers: this.#headers, signal }).catch((error) => {
      throw signal.aborted ? error : this.#nobody(error);
    });
    if (response.ok) return response;
    const said = response.headers.get('content-type')?.startsWith('application/json')
      ? ((await response.json()) as { error?: string }).error
      : undefined;
    const sentence = said ?? `It answers with ${response.status}.`;
    if (response.status !== 401)
      throw new Fault('SOURCE_NOT_FOUND', `${this.#url} refuses ${path}: ${sentence}`);
    throw new Fault(
      'CONFIG',
      `${this.#url} asks for a token: make one with ertd auth token, and give it with --token.`,
    );
  }

  #nobody(cause: unknown): Fault {
    const what = 'is http.listen set, and does ertd run?';
    return new Fault('SOURCE_NOT_FOUND', `No ertd answers at ${this.#url}: ${what}`, { cause });
  }
}

function eventOf(block: string): StreamEvent | null {
  const name = /^event: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return name === undefined || data === undefined ? null : { name, data: JSON.parse(data) };
}
