import type { World } from '../../../demo/world/index.ts';
import { isFrom } from './version.ts';

/** One row as the API gives it: every field of the real serializer (netbox/*.../api/serializers). */
export type Row = Readonly<Record<string, unknown>> & { id: number; display: string };

/** A choice field, as nested objects have it. */
export const choice = (value: string | null) =>
  value === null ? null : { value, label: value.charAt(0).toUpperCase() + value.slice(1) };
export const slugOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
export const familyOf = (address: string) => (address.includes(':') ? 6 : 4);
/** An address without its mask. */
export const hostOf = (address: string) => address.replace(/\/\d+$/, '');

/** What the serializers of one release have in common; fields come and go with the release. */
export class Serializer {
  readonly netbox: World['netbox'];
  readonly release: string;
  readonly #base: string;

  constructor({ netbox }: World, release: string, base: string) {
    this.netbox = netbox;
    this.release = release;
    this.#base = base;
  }

  /** Only from the release that brought it. */
  since<T extends object>(release: string, fields: T): Partial<T> {
    return isFrom(this.release, release) ? fields : {};
  }

  before<T extends object>(release: string, fields: T): Partial<T> {
    return isFrom(this.release, release) ? {} : fields;
  }

  head(model: string, id: number, display: string) {
    return {
      id,
      url: `${this.#base}/api/${model}/${id}/`,
      ...this.since('4.1', { display_url: `${this.#base}/${model}/${id}/` }),
      display,
    };
  }

  tail(description: string, tags: readonly string[] = []) {
    const edited = new Date(this.netbox.editedAt).toISOString().replace('Z', '125Z');
    return {
      description,
      comments: '',
      ...this.since('4.5', { owner: null }),
      custom_fields: {},
      created: edited,
      last_updated: edited,
      tags: tags.map((name, i) => ({
        id: i + 1,
        url: `${this.#base}/api/extras/tags/${i + 1}/`,
        ...this.since('4.1', { display_url: `${this.#base}/extras/tags/${i + 1}/` }),
        display: name,
        name,
        slug: slugOf(name),
        color: '9e9e9e',
      })),
    };
  }

  /** A nested object; 3.7 had no description there. */
  brief(model: string, id: number, display: string, fields: object = {}) {
    return {
      id,
      url: `${this.#base}/api/${model}/${id}/`,
      display,
      ...fields,
      ...this.since('4.0', { description: '' }),
    };
  }

  site() {
    const { name, slug } = this.netbox.site;
    return this.brief('dcim/sites', 1, name, { name, slug });
  }

  role(name: string) {
    return this.brief('dcim/device-roles', name.length, name, { name, slug: slugOf(name) });
  }

  #ip(owner: { kind: string; name: string } | null) {
    const primary =
      owner &&
      this.netbox.addresses.find(
        (address) =>
          address.primary &&
          address.owner?.kind === owner.kind &&
          address.owner.name === owner.name,
      );
    if (!primary) return null;
    const family = familyOf(primary.address);
    return this.brief('ipam/ip-addresses', primary.id, primary.address, {
      family: isFrom(this.release, '4.0') ? { value: family, label: `IPv${family}` } : family,
      address: primary.address,
    });
  }

  primary(owner: { kind: string; name: string } | null) {
    const ip = this.#ip(owner);
    const isV6 = ip !== null && 'address' in ip && familyOf(String(ip.address)) === 6;
    return { primary_ip: ip, primary_ip4: isV6 ? null : ip, primary_ip6: isV6 ? ip : null };
  }
}
