import type { Logger } from '../log.js';
import { configuredSource, type SourceSettings } from './configured-source.js';
import type { Listening } from './listening.js';
import { distinctNames, radioConfigs } from './several-radios.js';
import { Station, type StationListener } from './station.js';

/**
 * The stations of the configured radios, the first one's first.
 * @throws Fault `CONFIG` where a source is none
 */
export function configuredStations(
  settings: SourceSettings,
  listening: Listening | null,
  log: Logger,
): readonly Station[] {
  const radios = radioConfigs(settings.config);
  const sources = radios.map((radio) => configuredSource(settings, radio));
  const names = distinctNames(sources.map(({ id }, index) => radios[index]?.name ?? id));
  return radios.map((radio, index) => {
    const receiver = { ...radio, name: names[index] };
    return new Station({ ...settings.config, receiver }, sources[index]!, log, listening?.plan(index));
  });
}

/**
 * One after the other: each dongle that is opened is one less for the next to choose from.
 * @throws Fault of the source that cannot be opened; then all are closed
 */
export async function openStations(stations: readonly Station[], signal: AbortSignal): Promise<void> {
  try {
    for (const station of stations) await station.open(signal);
  } catch (failure) {
    await Promise.all(stations.map(({ source }) => source.close()));
    throw failure;
  }
}

/** Runs all of them until each has ended; where one fails the others are stopped. */
export function runStations(
  stations: readonly Station[],
  signal: AbortSignal,
  listenerOf: (station: Station) => StationListener,
): Promise<PromiseSettledResult<void>[]> {
  const failed = new AbortController();
  const runs = stations.map((station) =>
    station.run(AbortSignal.any([signal, failed.signal]), listenerOf(station)).catch((failure: unknown) => {
      failed.abort();
      throw failure;
    }),
  );
  return Promise.allSettled(runs);
}
