import { bad, Fields, type HeardLine } from './heard-line.js';
import { readFields } from './packet-of-fields.js';
import { rtlamrMessage } from './rtlamr-message.js';
import { timeWithZone } from './time-text.js';

/** The fields of a message in their order. The type is not printed; how many there are tells. */
const SCM = ['ID', 'Type', 'TamperPhy', 'TamperEnc', 'Consumption', 'ChecksumVal'];
const SCM_PLUS = [
  'FrameSync',
  'ProtocolID',
  'EndpointType',
  'EndpointID',
  'Consumption',
  'Tamper',
  'PacketCRC',
];
const R900 = ['ID', 'Unkn1', 'NoUse', 'BackFlow', 'Consumption', 'Unkn3', 'Leak', 'LeakNow'];
const FRAME_START = [
  ...['Preamble', 'PacketTypeID', 'PacketLength', 'HammingCode', 'ApplicationVersion', 'ERTType'],
  ...['ERTSerialNumber', 'ConsumptionIntervalCount'],
];
const IDM_MIDDLE = [
  ...[
    'ModuleProgrammingState',
    'TamperCounters',
    'AsynchronousCounters',
    'PowerOutageFlags',
    'LastConsumptionCount',
  ],
];
const NET_IDM_MIDDLE = ['ProgrammingState', 'LastGeneration', 'LastConsumption', 'LastConsumptionNet'];
const FRAME_END = ['TransmitTimeOffset', 'SerialNumberCRC', 'PacketCRC'];
const INTERVALS = 'DifferentialConsumptionIntervals';

interface Layout {
  readonly type: string;
  readonly names: readonly string[];
}

const intervals = (count: number): string[] => Array.from({ length: count }, () => INTERVALS);

const LAYOUTS: readonly Layout[] = [
  { type: 'SCM', names: SCM },
  { type: 'SCM+', names: SCM_PLUS },
  { type: 'R900', names: R900 },
  { type: 'IDM', names: [...FRAME_START, ...IDM_MIDDLE, ...intervals(47), ...FRAME_END] },
  { type: 'NetIDM', names: [...FRAME_START, ...NET_IDM_MIDDLE, ...intervals(27), ...FRAME_END] },
];

/** Reads a line of `rtlamr -format=csv`: time, offset, length, and the fields of the message. */
export function readRtlamrCsv(line: string): HeardLine {
  const [time, , , ...cells] = line.split(',');
  const timeMs = timeWithZone(time);
  if (timeMs === null) return bad(`its time is ${JSON.stringify(time.slice(0, 40))}`);
  const layout = LAYOUTS.find(({ names }) => names.length === cells.length);
  if (layout === undefined) return bad(`it has ${cells.length + 3} columns, as no message has`);
  return readFields(fieldsOf(layout, cells), (fields) => rtlamrMessage(timeMs, layout.type, fields));
}

function fieldsOf({ names }: Layout, cells: readonly string[]): Fields {
  const fields: Record<string, string | string[]> = { [INTERVALS]: [] };
  names.forEach((name, i) => {
    const list = fields[name];
    if (Array.isArray(list)) list.push(cells[i]);
    else fields[name] = cells[i];
  });
  return new Fields(fields);
}
