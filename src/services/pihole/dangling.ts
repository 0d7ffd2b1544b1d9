import { chainOf, type DnsRecord } from './records.ts';

/** A CNAME that ends nowhere, as far as the records say. */
export interface DanglingCname {
  name: string;
  /** The name without an address at its end; the first of the circle, by the alphabet, where it leads in one. */
  end: string;
  isCircle: boolean;
}

/** CNAMEs that lead to no local address. Pi-hole follows them to local records only, so that most of them are answered without one. */
export function danglingCnames(records: readonly DnsRecord[]): DanglingCname[] {
  const named = new Set(records.filter(({ type }) => type !== 'CNAME').map(({ name }) => name));
  const cnames = records.filter(({ type }) => type === 'CNAME');
  return cnames.flatMap(({ name }): DanglingCname[] => {
    const chain = chainOf(name, cnames);
    const last = chain.at(-1)?.value;
    if (last === undefined || named.has(last)) return [];
    const start = chain.findIndex((step) => step.name === last);
    if (start < 0) return [{ name, end: last, isCircle: false }];
    const [end = last] = chain
      .slice(start)
      .map((step) => step.name)
      .sort();
    return [{ name, end, isCircle: true }];
  });
}
