import type { MqttClient } from 'mqtt';
import { describe, expect, it, vi } from 'vitest';
import { Inbox, type Message } from '../../../src/daemon/fleet/inbox.js';

/** As much of a client as hands over messages, one after the other, and answers. */
class FakeClient {
  readonly answered: number[] = [];
  disconnecting = false;
  handleMessage: (packet: object, done: (error?: Error) => void) => void = () => {};
  /** How many messages it has handed over. */
  given = 0;

  _sendPacket({ messageId }: { messageId: number }): void {
    this.answered.push(messageId);
  }

  /** Hands over messages while it is told to go on. */
  give(count: number): void {
    if (count === 0) return;
    this.given += 1;
    const packet = { topic: 't', payload: Buffer.from(String(this.given)), messageId: this.given };
    this.handleMessage(packet, (error) => {
      // Without an error it would answer now.
      expect(error).toBeInstanceOf(Error);
      this.give(count - 1);
    });
  }
}

/** An inbox whose messages are taken when the test says so. */
function inbox() {
  const client = new FakeClient();
  const taken: string[][] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const take = (messages: readonly Message[]) => {
    taken.push(messages.map(({ payload }) => payload));
    return new Promise<void>((resolve, reject) => {
      ends.push((failure) => (failure === undefined ? resolve() : reject(failure)));
    });
  };
  const onFailure = vi.fn();
  const made = new Inbox(client as unknown as MqttClient, take, onFailure);
  return { client, taken, made, onFailure, end: async (failure?: Error) => ends.shift()?.(failure) };
}

describe('Inbox', () => {
  it('takes together what gathers meanwhile, and answers once it is taken, in order', async () => {
    const { client, taken, end, made } = inbox();
    client.give(1);
    await vi.waitFor(() => expect(taken).toEqual([['1']]));
    client.give(3);
    expect(client.answered).toEqual([]);
    await end();
    await vi.waitFor(() => expect(taken).toEqual([['1'], ['2', '3', '4']]));
    expect(client.answered).toEqual([1]);
    await end();
    await made.idle();
    expect(client.answered).toEqual([1, 2, 3, 4]);
  });

  it('reads no more than it takes at a time', async () => {
    const { client, end, taken } = inbox();
    client.give(100);
    expect(client.given).toBe(20);
    await vi.waitFor(() => expect(taken).toHaveLength(1));
    expect(client.given).toBe(40);
    await end();
    await vi.waitFor(() => expect(taken.map(({ length }) => length)).toEqual([20, 20]));
    expect(client.given).toBe(60);
    expect(client.answered).toHaveLength(20);
  });

  it('leaves without an answer what could not be taken, and what came after it', async () => {
    const { client, end, made, onFailure, taken } = inbox();
    client.give(1);
    await vi.waitFor(() => expect(taken).toHaveLength(1));
    client.give(2);
    await end(new Error('away'));
    await made.idle();
    expect(onFailure).toHaveBeenCalledOnce();
    expect(client.answered).toEqual([]);
    expect(taken).toEqual([['1']]);
  });
});
