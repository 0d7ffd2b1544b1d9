import { describe, expect, it } from 'vitest';
import { configureService } from '../../src/core/config/env.ts';
import { services } from '../../src/services/index.ts';

/** The least that switches each service on. */
const least: Readonly<Record<string, Record<string, string>>> = {
  proxmox: { URL: 'https://pve:8006', TOKEN_ID: 'me@pam!lares', TOKEN_SECRET: 'secret-1' },
  pihole: { URL: 'http://pihole', PASSWORD: 'secret-1' },
  prometheus: { URL: 'http://prometheus:9090' },
  graylog: { URL: 'http://graylog:9000', TOKEN: 'secret-1' },
  semaphore: { URL: 'http://semaphore:3000', TOKEN: 'secret-1' },
  caddy: { URL: 'http://caddy:2019' },
  netbox: { URL: 'http://netbox:8000', TOKEN: 'secret-1' },
  n8n: { URL: 'http://n8n:5678', API_KEY: 'secret-1' },
  pbs: { URL: 'https://pbs:8007', TOKEN_ID: 'me@pbs!lares', TOKEN_SECRET: 'secret-1' },
};

/** What stands in the env files and containers of the products themselves. */
const theirs: Readonly<Record<string, string>> = {
  proxmox: 'VE_ENDPOINT VE_API_TOKEN VE_INSECURE VE_SSH_USERNAME USER PASSWORD HOST VALIDATE_CERTS',
  pihole: 'DNS_ DOMAIN UID GID DOCKER_TAG INTERFACE',
  prometheus: 'MULTIPROC_DIR RETENTION_TIME WEB_EXTERNAL_URL PUSHGATEWAY_URL REMOTE_WRITE_URL PORT',
  graylog:
    'PASSWORD_SECRET ROOT_PASSWORD_SHA2 ROOT_USERNAME ROOT_TIMEZONE HTTP_EXTERNAL_URI HTTP_BIND_ADDRESS TRANSPORT_EMAIL_ENABLED TRANSPORT_EMAIL_WEB_INTERFACE_URL TRANSPORT_EMAIL_AUTH_USERNAME TRANSPORT_EMAIL_AUTH_PASSWORD ELASTICSEARCH_HOSTS MONGODB_URI NODE_ID_FILE MESSAGE_JOURNAL_MAX_SIZE IS_LEADER TIMEZONE PASSWORD_SECRET__FILE DATANODE_PASSWORD_SECRET',
  semaphore:
    'DB_DIALECT DB_HOST DB_USER DB_PASS DB ADMIN ADMIN_PASSWORD ADMIN_PASSWORD_FILE ADMIN_NAME ADMIN_EMAIL PLAYBOOK_PATH ACCESS_KEY_ENCRYPTION LDAP_BIND_PASSWORD EMAIL_PASSWORD TELEGRAM_TOKEN SLACK_URL MICROSOFT_TEAMS_URL GOTIFY_URL GOTIFY_TOKEN RUNNER_REGISTRATION_TOKEN RUNNER_TOKEN RUNNER_TOKEN_FILE WEB_ROOT PORT TLS_ENABLED TLS_CERT_FILE TLS_KEY_FILE PASSWORD_LOGIN_DISABLED COOKIE_HASH GIT_CLIENT TMP_PATH MAX_PARALLEL_TASKS USE_REMOTE_RUNNER APPS ENV_VARS',
  caddy: 'ADMIN VERSION INGRESS_NETWORKS DOCKER_CADDYFILE_PATH CONTROLLER_NETWORK',
  netbox: 'API API_TOKEN SERVER_URL CONFIGURATION ALLOW_INSECURE_HTTPS SUPERUSER_API_TOKEN VERSION',
  n8n: 'HOST PORT PROTOCOL PATH EDITOR_BASE_URL LISTEN_ADDRESS ENCRYPTION_KEY ENCRYPTION_KEY_FILE USER_FOLDER BASIC_AUTH_ACTIVE BASIC_AUTH_PASSWORD SMTP_HOST SMTP_PASS LOG_LEVEL METRICS RUNNERS_ENABLED RUNNERS_AUTH_TOKEN PUBLIC_API_DISABLED PUBLIC_API_ENDPOINT SECURE_COOKIE PERSONALIZATION_ENABLED VERSION_NOTIFICATIONS_INFO_URL DIAGNOSTICS_ENABLED PROXY_HOPS SSL_KEY SSL_CERT DEFAULT_BINARY_DATA_MODE CUSTOM_EXTENSIONS COMMUNITY_PACKAGES_ENABLED EXTERNAL_STORAGE_S3_ACCESS_SECRET LICENSE_ACTIVATION_KEY LICENSE_SERVER_URL BLOCK_ENV_ACCESS_IN_NODE RESTRICT_FILE_ACCESS_TO ENFORCE_SETTINGS_FILE_PERMISSIONS SSRF_PROTECTION_ENABLED MFA_ENABLED AI_ASSISTANT_BASE_URL CONCURRENCY_PRODUCTION_LIMIT GRACEFUL_SHUTDOWN_TIMEOUT',
  pbs: 'REPOSITORY PASSWORD PASSWORD_FILE PASSWORD_CMD FINGERPRINT ENCRYPTION_PASSWORD NAMESPACE',
};

/** A new service has an address and a token, as `npm run new` writes it. */
const leastOf = (id: string): Record<string, string> =>
  least[id] ?? { URL: 'http://new.example.net', TOKEN: 'secret-1' };

const prefixed = (id: string, values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${id.toUpperCase()}_${name}`, value]),
  );

describe.each(services.map((service) => [service.id, service] as const))('%s', (id, service) => {
  const own = prefixed(id, leastOf(id));

  it("leaves the product's own variables alone", () => {
    const others = Object.fromEntries(
      (theirs[id]?.split(' ') ?? []).map((name) => [name, 'http://elsewhere.example.net']),
    );
    const { state, targets, warnings, writes } = configureService(service, {
      ...own,
      ...prefixed(id, others),
    });
    expect([state, [...targets.keys()], warnings, writes]).toEqual([
      'on',
      ['default'],
      [],
      undefined,
    ]);
    expect(JSON.stringify([...targets.values()])).not.toContain('elsewhere');
  });

  it('takes an instance by nearly any name', () => {
    for (const name of ['DEV', 'WEB', 'NODE', 'MAIN', 'LAB', 'DB', 'PROD_EU']) {
      const instance = prefixed(`${id}_${name}`, leastOf(id));
      expect([...configureService(service, instance).targets.keys()], name).toEqual([
        name.toLowerCase(),
      ]);
    }
  });
});

describe('the id of a token', () => {
  const stateOf = (id: string, tokenId: string) => {
    const service = services.find((known) => known.id === id);
    if (!service) throw new Error(`no service ${id}`);
    return configureService(service, prefixed(id, { ...least[id], TOKEN_ID: tokenId }));
  };

  it.each(['proxmox', 'pbs'])('of %s may belong to a mail address, and is no whole token', (id) => {
    for (const good of ['jo@example.net@entra!lares', 'a@pbs!c', 'jo.x+y=z@pam!t-1_2.3'])
      expect(stateOf(id, good).state, good).toBe('on');
    expect(stateOf(id, 'PVEAPIToken=me@pam!lares').state).toBe('on');
    for (const bad of ['root@pam!lares=4504w1c9', 'root@pam!lares!tokenid', 'root@pam', 'lares'])
      expect(stateOf(id, bad).problems, bad).toEqual([
        expect.stringMatching(/_TOKEN_ID: must be USER@REALM!TOKEN$/),
      ]);
  });
});
