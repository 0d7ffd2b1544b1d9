import { defineCommand } from './command.ts';

/** What `lares init` was given. */
export interface InitOptions {
  envFile?: string;
  answers?: string;
  secretFiles?: string;
  json?: boolean;
}

export const initCommand = defineCommand({
  name: 'init',
  summary: 'add services: asks where they are, looks, says how to make a credential, tries it',
  arguments: [
    { syntax: '[service]', description: 'only this one, by its id' },
    { syntax: '[address]', description: 'host, host:port or the URL of its web page' },
  ],
  options: [
    {
      flags: '--env <file>',
      description:
        'the file of variables to write (default: lares.env in the configuration folder)',
    },
    { flags: '--answers <file>', description: 'answers in JSON instead of questions, mode 0600' },
    {
      flags: '--secret-files <folder>',
      description: 'each secret in a file of its own there, not among the variables',
    },
  ],
  common: 'without --env-file',
  // Questions and probes are loaded by whoever wants them.
  run: async (service: string | undefined, address: string | undefined, options: InitOptions) =>
    (await import('./init/init.ts')).init(service, address, options),
});
