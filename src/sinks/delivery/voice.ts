/** To whom a sink says what goes wrong, and that it is over. */
export interface Voice {
  readonly onTrouble: (message: string) => void;
  readonly onRecovered: (message: string) => void;
  /** The first wait after a failure, ms; a second where absent. */
  readonly firstWaitMs?: number;
}
