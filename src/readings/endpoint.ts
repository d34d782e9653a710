/** Who numbers the endpoints: ERT IDs, of SCM, SCM+, IDM and NetIDM, are one series; Neptune's are another. */
export type Family = 'ert' | 'neptune';

/** Names one endpoint everywhere: in the database, in topics, in addresses; such as `ert-10000001`. */
export type EndpointKey = `${Family}-${number}`;

/** The family of a protocol's IDs. */
export function familyOf(protocol: string): Family {
  return protocol.startsWith('R900') ? 'neptune' : 'ert';
}

/** The key of whoever sent a packet. */
export function endpointKeyOf({
  protocol,
  id,
}: {
  readonly protocol: string;
  readonly id: number;
}): EndpointKey {
  return `${familyOf(protocol)}-${id}`;
}

/** The ID in a key. */
export function idOf(key: EndpointKey): number {
  return Number(key.slice(key.indexOf('-') + 1));
}
