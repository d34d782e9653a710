import type { FieldValue } from '../src/decode/protocol.js';
import type { MessageName } from '../src/synth/message.js';
import type { Row } from './fixture-check.js';

/** A difference that is known, and why it is there. */
export type KnownDifference = 'unsigned' | 'not told' | 'unknown field' | 'both messages' | 'type 19';

/** Why the two differ where they do. */
export const REASONS: Readonly<Record<KnownDifference, string>> = {
  unsigned: 'rtl_433 prints 32-bit numbers as signed: those of 2³¹ and more come out negative.',
  'not told': 'rtl_433 does not tell it: of SCM the relayed bit and the check.',
  'unknown field': 'rtl_433 has it inside of a field that it calls unknown; the bytes are the same.',
  'both messages':
    'IDM and NetIDM are frames alike. rtl_433 prints each as both, ertd as the one that the fields and the type show.',
  'type 19':
    'ertd goes by the label of an electric net meter (rtlamr issue 258), rtl_433 by the low four bits, of water meters.',
};

/** One of ertd's fields, and what rtl_433's line says of it. */
export interface FieldPair {
  readonly ours: string;
  /** Its key in rtl_433's line; null where it is not told. */
  readonly theirs: string | null;
  /** Its value there, as ertd has it; as it is where absent. */
  readonly read?: (value: FieldValue) => FieldValue;
  readonly known?: KnownDifference;
}

/** rtl_433's line for a message: its model, and the fields that both tell. */
export interface ModelPairs {
  readonly model: string;
  readonly fields: readonly FieldPair[];
}

const fromHex = (value: FieldValue): number => Number(value);
const digits = (value: FieldValue): string => String(value).replace(/^0x/, '').toLowerCase();
const bytes = (value: FieldValue): number[] => [...Buffer.from(digits(value), 'hex')];
/** A number among the bytes of an unknown field. */
const within =
  (from: number, count: number) =>
  (value: FieldValue): number =>
    bytes(value)
      .slice(from, from + count)
      .reduce((number, byte) => 256 * number + byte, 0);

const COMMODITY: FieldPair = {
  ours: 'commodity',
  theirs: 'MeterType',
  read: (value) => String(value).toLowerCase(),
  known: 'type 19',
};

/** What IDM and NetIDM have in common. */
const FRAME: readonly FieldPair[] = [
  { ours: 'id', theirs: 'ERTSerialNumber' },
  { ours: 'type', theirs: 'ERTType' },
  { ours: 'version', theirs: 'ApplicationVersion' },
  { ours: 'intervalCounter', theirs: 'ConsumptionIntervalCount' },
  { ours: 'programmingState', theirs: 'ModuleProgrammingState' },
  { ours: 'tamperCounters', theirs: 'TamperCounters', read: bytes },
  { ours: 'intervals', theirs: 'DifferentialConsumptionIntervals' },
  { ours: 'transmitTimeOffset', theirs: 'TransmitTimeOffset' },
  { ours: 'serialChecksum', theirs: 'MeterIdCRC' },
  { ours: 'checksum', theirs: 'PacketCRC' },
  COMMODITY,
];

export const PAIRS: Readonly<Partial<Record<MessageName, ModelPairs>>> = {
  SCM: {
    model: 'ERT-SCM',
    fields: [
      { ours: 'id', theirs: 'id' },
      { ours: 'type', theirs: 'ert_type' },
      { ours: 'consumption', theirs: 'consumption_data' },
      { ours: 'tamperPhy', theirs: 'physical_tamper' },
      { ours: 'tamperEnc', theirs: 'encoder_tamper' },
      { ours: 'relayed', theirs: null, known: 'not told' },
      { ours: 'checksum', theirs: null, known: 'not told' },
    ],
  },
  'SCM+': {
    model: 'SCMplus',
    fields: [
      { ours: 'id', theirs: 'EndpointID' },
      { ours: 'type', theirs: 'EndpointType', read: fromHex },
      { ours: 'consumption', theirs: 'Consumption' },
      { ours: 'tamper', theirs: 'Tamper', read: fromHex },
      { ours: 'tamperCounters', theirs: 'Tamper', read: bytes },
      { ours: 'checksum', theirs: 'PacketCRC', read: fromHex },
      COMMODITY,
    ],
  },
  IDM: {
    model: 'IDM',
    fields: [
      ...FRAME,
      { ours: 'consumption', theirs: 'LastConsumptionCount' },
      { ours: 'asynchronousCounters', theirs: 'AsynchronousCounters' },
      { ours: 'outageFlags', theirs: 'PowerOutageFlags', read: digits },
    ],
  },
  NetIDM: {
    model: 'NETIDM',
    fields: [
      ...FRAME,
      { ours: 'generation', theirs: 'LastGenerationCount' },
      { ours: 'lastConsumptionNet', theirs: 'LastConsumptionCount' },
      {
        ours: 'unknown',
        theirs: 'Unknown_field_1',
        read: (value) => digits(value).slice(0, 8),
        known: 'unknown field',
      },
      { ours: 'consumption', theirs: 'Unknown_field_1', read: within(4, 3), known: 'unknown field' },
      { ours: 'net', theirs: 'Unknown_field_2', read: within(0, 3), known: 'unknown field' },
    ],
  },
};

/** Keys that say the same as another, or nothing of the meter. */
export const NOT_COMPARED = ['time', 'model', 'mic', 'id', 'ProtocolID', 'PacketTypeID', 'PacketLength'];

/** Keys of a line that no pair reads: a version of rtl_433 that tells more. */
export function unreadKeys(line: Row, { fields }: ModelPairs): string[] {
  const read = new Set([...fields.map(({ theirs }) => theirs), ...NOT_COMPARED]);
  return Object.keys(line).filter((key) => !read.has(key));
}
