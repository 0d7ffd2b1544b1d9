const sensitive = /key|token|auth|pass|pwd|secret|sig|cred|session|code/i;
const hidden = '[redacted]';

/** A scrape URL without its credentials and without the values of parameters that look like secrets. */
export function redactUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${hidden}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (parameter, mark: string, name: string) =>
      sensitive.test(name) ? `${mark}${name}=${hidden}` : parameter,
    );
}

/** A scrape error without the secrets of the URL, which Prometheus quotes in it. */
export const redactScrapeError = (error: string, url: string): string =>
  error.replaceAll(url, redactUrl(url));
