import { type LiveOptions, LiveSource } from './live.js';
import { RtlTcpConnection } from './rtltcp-connection.js';
import { addressOf, nearestTuning } from './rtltcp-protocol.js';

export interface RtlTcpOptions extends LiveOptions {
  readonly host: string;
  readonly port: number;
  /** Longest wait for the server's header, ms; 5000 where absent. */
  readonly headerTimeoutMs?: number | undefined;
  /** Silence after which the connection is given up, ms; 3000 where absent. */
  readonly stallMs?: number | undefined;
}

/** A dongle behind an rtl_tcp server that somebody else runs. */
export class RtlTcpSource extends LiveSource {
  constructor(options: RtlTcpOptions) {
    const { host, port, headerTimeoutMs = 5000, stallMs = 3000 } = options;
    const id = addressOf(host, port);
    super(
      {
        id,
        name: `rtl_tcp at ${id}`,
        format: 'cu8',
        nearest: nearestTuning,
        openLink: ({ onSamples, signal }) =>
          RtlTcpConnection.open({ host, port, headerTimeoutMs, stallMs, onSamples, signal }),
      },
      options,
    );
  }
}
