const sensitive = /key|token|auth|pass|pwd|secret|sig|cred|session|code/i;
const hidden = '[redacted]';

/** A scrape URL without its credentials and without the values of parameters that look like secrets. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${hidden}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (all, mark: string, name: string) =>
      sensitive.test(name) ? `${mark}${name}=${hidden}` : all,
    );
}

/** Prometheus quotes the URL in its scrape errors. */
export const errorWithoutSecrets = (error: string, url: string): string =>
  error.replaceAll(url, withoutSecrets(url));
