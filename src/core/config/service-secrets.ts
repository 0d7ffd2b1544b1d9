import { schemaOf, type Configurable } from './fields.ts';
import { parseHeaders, secretsOf } from './headers.ts';
import { isSecret, weaknessOf } from './secrets.ts';
import type { Setting, Settings } from './settings.ts';

/** Every secret that was set, of all instances. */
export function secretsIn(
  service: Configurable,
  instances: ReadonlyMap<string, Settings>,
): string[] {
  return secretSettings(service, instances).flatMap(({ value, isHeaders }) => {
    if (!isHeaders) return [value];
    const parsed = parseHeaders(value);
    return 'headers' in parsed ? secretsOf(parsed.headers) : [];
  });
}

/** Says of each secret that cannot be taken out of answers why not, by its variable: it would take words with it, and the hole would tell it. */
export function weakSecretsIn(
  service: Configurable,
  instances: ReadonlyMap<string, Settings>,
): string[] {
  return secretSettings(service, instances).flatMap(({ variable, value, isHeaders }) => {
    if (isHeaders) return [];
    const weakness =
      value.toLowerCase() === service.id ? "the service's own name" : weaknessOf(value);
    return weakness === undefined
      ? []
      : [
          `${variable} is ${weakness}: Lares does not take it out of answers in which a service repeats it. A longer one would be hidden`,
        ];
  });
}

function secretSettings(
  service: Configurable,
  instances: ReadonlyMap<string, Settings>,
): (Setting & { isHeaders: boolean })[] {
  const secrets: (Setting & { isHeaders: boolean })[] = [];
  for (const settings of instances.values())
    for (const [field, setting] of settings) {
      const schema = schemaOf(service, field);
      if (schema && isSecret(schema)) secrets.push({ ...setting, isHeaders: field === 'headers' });
    }
  return secrets;
}
