/** The few DER encodings (ITU-T X.690) that an X.509 certificate needs. */
const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = [];
  for (let rest = body.length; rest > 0; rest >>= 8) size.unshift(rest & 0xff);
  const head = body.length < 128 ? [tag, body.length] : [tag, 0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from(head), body]);
};

export const sequence = (...parts: Uint8Array[]) => tlv(0x30, ...parts);
export const set = (...parts: Uint8Array[]) => tlv(0x31, ...parts);
export const text = (value: string) => tlv(0x0c, Buffer.from(value));
export const octets = (value: Uint8Array) => tlv(0x04, value);
export const bits = (value: Uint8Array, unused = 0) => tlv(0x03, Buffer.from([unused]), value);
export const truth = () => tlv(0x01, Buffer.from([0xff]));
/** Context-specific tag; `constructed` ones hold other encodings. */
export const context = (number: number, value: Uint8Array, constructed = true) =>
  tlv((constructed ? 0xa0 : 0x80) | number, value);

/** Non-negative integer from its big-endian bytes. */
export const integer = (value: Uint8Array) =>
  tlv(0x02, (value[0] ?? 0) >= 0x80 ? Buffer.from([0, ...value]) : value);

/** UTCTime, which X.509 wants for every date before 2050. */
export const utcTime = (ms: number) =>
  tlv(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

/** Object identifier from dotted decimals, e.g. `2.5.29.17`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (value: number): number[] => [
    ...(value > 127 ? base128(value >> 7).map((byte) => byte | 0x80) : []),
    value & 0x7f,
  ];
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
