import * as z from 'zod';

/** The address of a service in its configuration: http or https, a path prefix is kept, credentials have variables of their own. */
export const HttpUrl = z
  .string()
  .refine((url) => URL.canParse(url) && /^https?:\/\/[^/\s]/i.test(url), {
    error: 'must be an http or https URL',
    abort: true,
  })
  .refine(
    (url) => new URL(url).username === '' && new URL(url).password === '',
    'must not hold credentials, which have variables of their own',
  );
