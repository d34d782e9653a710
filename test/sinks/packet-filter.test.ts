import { describe, expect, it, vi } from 'vitest';
import { PacketFilter, type PacketFilterRules } from '../../src/sinks/packet-filter.js';
import { IDM, R900, SCM, SCM_PLUS } from './formats/packets.js';

const EVERYTHING: PacketFilterRules = { ids: null, types: null, unique: false, single: false };

function accepted(rules: Partial<PacketFilterRules>, packets = [SCM, SCM_PLUS, IDM, R900]): number[] {
  const filter = new PacketFilter({ ...EVERYTHING, ...rules });
  return packets.filter((packet) => filter.accepts(packet)).map(({ id }) => id);
}

describe('PacketFilter', () => {
  it('lets everything through when asked for nothing', () => {
    expect(accepted({})).toEqual([10_000_001, 10_000_002, 10_000_003, 10_000_005]);
  });

  it('chooses by ID and by the type that rtlamr prints', () => {
    expect(accepted({ ids: [10_000_002] })).toEqual([10_000_002]);
    expect(accepted({ types: [7] })).toEqual([10_000_001, 10_000_003]);
    expect(accepted({ types: [0xab, 0xa3] })).toEqual([10_000_002, 10_000_005]);
    expect(accepted({ types: [7], ids: [10_000_003] })).toEqual([10_000_003]);
  });

  it('leaves out what repeats the check of the one before of its ID', () => {
    const other = { ...SCM, fields: { ...SCM.fields, checksum: 1 } };
    expect(accepted({ unique: true }, [SCM, IDM, SCM, other, SCM])).toHaveLength(4);
    expect(accepted({ unique: true }, [SCM, SCM, SCM])).toHaveLength(1);
  });

  it('remembers a bounded number of IDs', () => {
    const street = Array.from({ length: 10_001 }, (_, i) => ({ ...SCM, id: 10_000_100 + i }));
    expect(accepted({ unique: true }, [SCM, ...street, SCM]).at(-1)).toBe(SCM.id);
  });

  it('stops after the first, or after the first of each ID', () => {
    const onSatisfied = vi.fn();
    expect(accepted({ single: true, onSatisfied })).toEqual([10_000_001]);
    expect(onSatisfied).toHaveBeenCalledTimes(1);
    const rules = { single: true, ids: [10_000_003, 10_000_001] };
    expect(accepted(rules, [SCM, SCM, SCM_PLUS, IDM, IDM])).toEqual([10_000_001, 10_000_003]);
  });
});
