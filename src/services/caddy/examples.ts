/** Arguments with which each tool works on the healthy demo world. */
export const examples = {
  caddy_list_sites: { host: 'nextcloud' },
  caddy_get_config: { path: 'apps/http/servers/srv0/routes/0' },
};
