import { Command } from 'commander';
import { type Clock, systemClock } from '../sources/clock.js';
import type { CommandContext } from './context.js';
import { synthPaths } from './synth-files.js';
import { addSynthOptions, type SynthOptions } from './synth-options.js';
import { SynthRun } from './synth-run.js';
import { synthServeCommand } from './synth-serve.js';

const HELP = `
Makes up a street of meters and records it as a radio would: every meter bubbles up about once a period, on
the next of its 50 channels from 909.6 to 921.8 MHz (R900: from 911.1 to 919.1), with its own carrier, clock, strength
and class of transmitter, and a register that grows from packet to packet. Channels outside the window are not heard,
and meters too near the receiver clip. Everything follows from the seed: the same call gives the same bytes.

Electric meters send SCM, many of them IDM in turn with it, whose intervals of five minutes add up to the same register;
net meters send NetIDM; gas meters, and water meters of that maker, SCM and SCM+; others R900 and R900BCD. --protocols
names those that are to be sent.

OUT is a file of samples, a SigMF recording (x.sigmf), or - for samples on standard output. A name such as
x_912.6M_2400k.cu8 gives centre, rate and format as it does for ertd replay; options override it. What was sent
goes into x_912.6M_2400k.truth.jsonl beside it, one line a packet that can be heard in full, with the keys that
ertd replay prints. A file that exists is overwritten with --force only.

Noise and all levels are in steps of an eight-bit format, 128 to full scale, also where the format is another.
The SNR is the energy of one on-chip over the noise density: 8 dB is about the least that can be decoded, and
beside a noise of 10 a meter clips from about 41 dB on.

Examples:
  ertd synth street_912.6M_2400k.cu8 --seconds 60       # a minute of twenty meters, and the truth beside it
  ertd synth scm_912.6M_2400k.cu8 --protocols scm        # SCM alone
  ertd synth here_912.6M_1024k.cu8 --hop 912.2M..913M    # meters that a narrow window always hears
  ertd synth near.sigmf --meters 3 --snr 35..50 --format cs16 --start 2026-11-01T18:30Z
  ertd synth band_915.7M_12.5Msps.cs8 --meters 200 --period 10s..30s   # the whole band at once
  ertd synth - --seconds 1h --realtime | ertd replay - --format cu8 --rate 2359296
  ertd synth serve                                      # live, for ertd run; see ertd synth serve --help
`;

/** `ertd synth`: recordings of meters that do not exist, or a band full of them. */
export function synthCommand(context: CommandContext, clock: Clock = systemClock): Command {
  return (
    addSynthOptions(new Command('synth'), () => clock.wallMs())
      // What stands behind `serve` is meant for it.
      .enablePositionalOptions()
      .addCommand(synthServeCommand(context))
      .description('make a recording of a street of meters that do not exist')
      .argument('<out>', 'file of samples, SigMF recording, or - for standard output')
      .addHelpText('after', HELP)
      .action(async (out: string, options: SynthOptions) => {
        const paths = await synthPaths(out);
        await new SynthRun(context, options, paths, clock).run();
      })
  );
}
