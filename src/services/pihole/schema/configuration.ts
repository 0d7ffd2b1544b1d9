import * as z from 'zod';

/** `GET /config/dns`, as far as records and answers depend on it. */
export const Dns = z
  .object({
    config: z.object({
      dns: z.object({
        hosts: z.array(z.string()),
        cnameRecords: z.array(z.string()),
        upstreams: z.array(z.string()),
        blocking: z.object({ active: z.boolean(), mode: z.string() }),
        specialDomains: z
          .object({
            mozillaCanary: z.boolean().nullish(),
            iCloudPrivateRelay: z.boolean().nullish(),
            designatedResolver: z.boolean().nullish(),
          })
          .nullish(),
      }),
    }),
  })
  .transform(
    ({
      config: {
        dns: { blocking, specialDomains, ...dns },
      },
    }) => ({
      ...dns,
      blocking: blocking.active,
      mode: blocking.mode,
      /** Names that FTL answers for itself, as those that ask for them expect (FTL src/dnsmasq_interface.c). */
      specialDomains: [
        ...(specialDomains?.mozillaCanary ? ['use-application-dns.net'] : []),
        ...(specialDomains?.iCloudPrivateRelay ? ['mask.icloud.com', 'mask-h2.icloud.com'] : []),
        ...(specialDomains?.designatedResolver ? ['resolver.arpa'] : []),
      ],
    }),
  );
export type Dns = z.output<typeof Dns>;

/** A list as `?detailed=true` shows it. */
const Detailed = z.object({
  value: z.array(z.string()),
  flags: z.object({ env_var: z.boolean() }),
});
/** `GET /config/dns/hosts?detailed=true`: its lines, and whether the environment decides them. */
export const DetailedHosts = z
  .object({ config: z.object({ dns: z.object({ hosts: Detailed }) }) })
  .transform(
    ({
      config: {
        dns: { hosts },
      },
    }) => ({ entries: hosts.value, byEnvironment: hosts.flags.env_var }),
  );

/** `GET /config/dns/cnameRecords?detailed=true`, alike. */
export const DetailedCnames = z
  .object({ config: z.object({ dns: z.object({ cnameRecords: Detailed }) }) })
  .transform(
    ({
      config: {
        dns: { cnameRecords },
      },
    }) => ({ entries: cnameRecords.value, byEnvironment: cnameRecords.flags.env_var }),
  );

/** `misc.readOnly`. v6.0 may lack a leaf: `GET /config/<unknown>` is then 200 with an empty object. */
export const ReadOnly = z
  .object({ config: z.object({ misc: z.object({ readOnly: z.boolean().nullish() }).nullish() }) })
  .transform(({ config }) => config.misc?.readOnly ?? false);

/** Whether app passwords may change the configuration; v6.0 may lack it, too. */
export const AppSudo = z
  .object({
    config: z.object({
      webserver: z
        .object({ api: z.object({ app_sudo: z.boolean().nullish() }).nullish() })
        .nullish(),
    }),
  })
  .transform(({ config }) => config.webserver?.api?.app_sudo ?? false);
