import { fieldsOf, prefixOf, type Env, type Field } from '../../core/config/env.ts';
import { schemaOf, whole } from '../../core/config/fields.ts';
import { isSecret } from '../../core/config/secrets.ts';
import type { Service } from '../../core/service.ts';
import { isTrusted } from './probe.ts';
import type { Site } from './look.ts';
import type { Block } from './variables-file.ts';

/** One instance as it will stand in the file: values by field, such as `token_id`. */
export interface Entry {
  service: Service;
  /** `default` where it is the only one. */
  instance: string;
  values: ReadonlyMap<string, string>;
}

/** The only instance of a service has no name in its variables. */
export const onlyInstance = 'default';

/** `PIHOLE_DNS1_URL`; what holds for the service as a whole has no name in it. */
export function variableFor(service: Service, instance: string, field: string): string {
  const isUnnamed = instance === onlyInstance || field in whole.shape;
  const name = isUnnamed ? '' : `${instance.toUpperCase()}_`;
  return `${prefixOf(service)}${name}${field.toUpperCase()}`;
}

/** The variables of an entry, by name. */
export const envOf = ({ service, instance, values }: Entry): Env =>
  Object.fromEntries(
    [...values].map(([field, value]) => [variableFor(service, instance, field), value]),
  );

/** What an accepted site says by itself: where it is, and the certificate it is known by where this machine does not trust it. */
export function valuesOf({ url, certificate }: Site): Map<string, string> {
  const values = new Map([['url', url]]);
  if (certificate && !isTrusted(certificate))
    values.set('tls_fingerprint', certificate.fingerprint);
  return values;
}

export const isSecretField = (service: Service, field: string): boolean => {
  const schema = schemaOf(service, field);
  return schema !== undefined && isSecret(schema);
};

/** Everything the configuration knows of a field; undefined for a name that is none. */
export function fieldNamed(service: Service, name: string): Field | undefined {
  const { own, common } = fieldsOf(service);
  return [...own, ...common].find((field) => field.name === name);
}

/** The block of an entry: each variable with what it means above it. Unfinished: as comments, so that nothing in it counts. */
export function blockOf(entry: Entry, unfinished = false): Block {
  const { service, instance, values } = entry;
  const assignments = [...values].flatMap(([field, value]) => {
    const described = fieldNamed(service, field.replace(/_file$/, ''))?.description;
    const assignment = `${variableFor(service, instance, field)}=${quotedValue(value)}`;
    return [...(described ? [`# ${described}`] : []), unfinished ? `# ${assignment}` : assignment];
  });
  const title = instance === onlyInstance ? service.title : `${service.title}, ${instance}`;
  const heading = unfinished
    ? `# ${title}: accepted, its credential is still to come`
    : `# ${title}`;
  return { service: service.id, instance, lines: [heading, ...assignments], unfinished };
}

/** The address of an unfinished block. */
export const addressIn = ({ lines }: Block): string | undefined =>
  lines.flatMap((line) => /^# \w+_URL=(\S+)$/.exec(line)?.[1] ?? [])[0];

/** A value as it is read back the same by Lares, a shell and systemd. It holds no line break: no value of a service may. */
export function quotedValue(value: string): string {
  if (/^[\w@%+=:,./~-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/[\\"$`]/g, '\\$&')}"`;
}
