import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config.js';
import { configuredSource } from '../daemon/configured-source.js';
import { CrystalWatch } from '../daemon/crystal.js';
import { GainControl } from '../daemon/gain-control.js';
import { SpectrumTap } from '../daemon/spectrum-tap.js';
import { wantedTuning } from '../daemon/wanted-tuning.js';
import { Fault, systemErrorCode } from '../errors.js';
import { coveringCenters } from '../listening/windows.js';
import { createLogger } from '../log.js';
import { encodePng } from '../picture/png.js';
import { rasterOf } from '../picture/raster.js';
import { surveyPicture } from '../picture/survey-picture.js';
import { svgOf } from '../picture/svg.js';
import { Receiver, type Reception } from '../receiver/receiver.js';
import { isTunable, RoamingSource } from '../receiver/roaming-source.js';
import type { SurveyReport } from '../survey/report.js';
import { Survey } from '../survey/survey.js';
import { keepSurvey, surveyFileOf } from '../survey/survey-file.js';
import { Sweep } from '../survey/sweep.js';
import type { CommandContext } from './context.js';
import { decodeOptions } from './recording-options.js';
import { type SurveyedRadio, surveyConfig, surveyRecords, surveyText } from './survey-words.js';

export interface SurveyOptions {
  /** ms */
  readonly for: number;
  /** IDs of the meters that the best window is for. */
  readonly meter: readonly number[];
  readonly output: 'text' | 'jsonl';
  readonly picture?: string;
  readonly writeConfig?: string;
  readonly root: string;
}

/** One call of `ertd survey`. */
export class SurveyRun {
  readonly #context: CommandContext;
  readonly #options: SurveyOptions;
  readonly #config: Config;

  constructor(context: CommandContext, options: SurveyOptions, config: Config) {
    this.#context = context;
    this.#options = options;
    this.#config = config;
  }

  async run(): Promise<void> {
    const { picture, writeConfig, meter, output } = this.#options;
    this.#checkFiles();
    const { survey, radio } = await this.#listen();
    const report = survey.report(meter);
    if (report.seconds === 0) throw new Fault('SOURCE_LOST', 'No window was listened to: survey for longer.');
    const { stdout, signal } = this.#context;
    const lines =
      output === 'text'
        ? [surveyText(report, radio)]
        : surveyRecords(report, radio).map((record) => `${JSON.stringify(record)}\n`);
    for (const line of lines) if (!stdout.write(line)) await once(stdout, 'drain', { signal });
    this.#keep(report);
    if (picture !== undefined) {
      const drawing = surveyPicture(report);
      await this.#write(
        picture,
        /\.png$/i.test(picture) ? encodePng(rasterOf(drawing)) : svgOf(drawing),
        'w',
      );
    }
    if (writeConfig !== undefined) await this.#write(writeConfig, surveyConfig(report, radio), 'wx');
  }

  /** For the dashboard, where there is one: beside the database. */
  #keep(report: SurveyReport): void {
    const { path } = this.#config.database;
    if (path === '' || !existsSync(dirname(path))) return;
    const file = surveyFileOf(path);
    try {
      keepSurvey(file, report, Date.now());
      this.#say(`Wrote ${file}, for the page Radio of the dashboard.`);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === null) throw error;
      this.#say(`The dashboard will not show this survey: ${file} cannot be written (${code}).`);
    }
  }

  /** @throws Fault where what is asked for cannot be written, before any work is done */
  #checkFiles(): void {
    const { picture, writeConfig } = this.#options;
    if (picture !== undefined && !/\.(svg|png)$/i.test(picture))
      throw new Fault('USAGE', `A picture is an .svg or a .png file, and "${picture}" is neither.`);
    if (writeConfig !== undefined && existsSync(writeConfig))
      throw new Fault('USAGE', `${writeConfig} exists, and nothing is overwritten: name another file.`);
  }

  async #listen(): Promise<{ survey: Survey; radio: SurveyedRadio }> {
    const { receiver: settings } = this.#config;
    const { sampleRateHz } = settings;
    const survey = new Survey(sampleRateHz);
    const source = this.#source();
    const over = new AbortController();
    const lengthSeconds = this.#options.for / 1000;
    const sweep = new Sweep(coveringCenters(sampleRateHz), lengthSeconds, (centerHz, seconds, isLast) => {
      if (isLast) over.abort();
      survey.turnEnded(centerHz, seconds, receiver);
      this.#say(
        `${(centerHz / 1e6).toFixed(2)} MHz listened to for ${seconds.toFixed(0)} s; ` +
          `${survey.packets} packets from ${survey.meters} meters so far.`,
      );
    });
    const roaming = new RoamingSource(source, sweep);
    const tap = new SpectrumTap();
    const receiver = new Receiver(tap.of(roaming), {
      ...decodeOptions(this.#config),
      threads: settings.threads,
    });
    const tuning = await receiver.open(wantedTuning(settings), this.#context.signal);
    const gain = GainControl.of(roaming, settings, tuning, ({ message }) => this.#say(message));
    const crystal = new CrystalWatch(tuning.ppm);
    tap.tuned(tuning);
    tap.listen((row) => survey.saw(row));
    await receiver.run(
      AbortSignal.any([this.#context.signal, over.signal]),
      (reception) => {
        survey.heard(heardIn(reception), reception.centerHz);
        crystal.heard(reception.packet, reception.centerHz + reception.packet.carrierHz);
      },
      () => gain?.look(receiver.stats, receiver.noiseDbfs),
    );
    const gainDb = gain?.gainDb ?? tuning.gainDb;
    const { sampleRateHz: rateHz, ppm } = tuning;
    const { centerHz: _, ...moves } = roaming.roaming;
    const radio = { source: settings.source, sampleRateHz: rateHz, gainDb, ppm, crystal: crystal.estimate };
    return { survey, radio: { ...radio, roaming: moves } };
  }

  #source() {
    const logger = createLogger({ ...this.#config.log, level: 'warn' }, this.#context.stderr);
    const given = configuredSource(
      { config: this.#config, logger, machineRoot: this.#options.root },
      this.#config.receiver,
    );
    if (isTunable(given)) return given;
    const kinds = 'rtlsdr, rtltcp://HOST:PORT';
    throw new Fault(
      'USAGE',
      `${given.id} cannot be tuned while it runs, as a survey has to: name a radio (${kinds}).`,
    );
  }

  async #write(path: string, content: string | Uint8Array, flag: 'w' | 'wx'): Promise<void> {
    await writeFile(path, content, { flag }).catch((cause: unknown) => {
      const message = `${path} cannot be written: ${systemErrorCode(cause) ?? String(cause)}.`;
      throw new Fault('IO', message, { cause });
    });
    this.#say(`Wrote ${path}.`);
  }

  #say(message: string): void {
    this.#context.stderr.write(`ertd: ${message}\n`);
  }
}

function heardIn({ packet, centerHz }: Reception) {
  const { meterId: id, protocol, type, snrDb, carrierHz } = packet;
  return { id, protocol, type, snrDb, carrierHz: centerHz + carrierHz };
}
