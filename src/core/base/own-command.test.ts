import { describe, expect, it } from 'vitest';
import { InputError } from './errors.ts';
import { ownCommand, withOwnCommands, type Start } from './own-command.ts';

const start = (argv: string, more: Partial<Start> = {}): Start => ({
  argv: argv.split(' '),
  execArgv: [],
  cwd: '/home/me',
  isTerminal: false,
  ...more,
});

describe('the command that is shown', () => {
  it.each<[string, Start, string]>([
    ['from the path', start('/bin/node /usr/local/bin/lares'), 'lares doctor'],
    [
      'by npx',
      start('/bin/node /home/me/.npm/_npx/1f/node_modules/.bin/lares'),
      'npx lares doctor',
    ],
    [
      'by a client, from anywhere',
      start('/bin/node lares/dist/lares.js'),
      'node /home/me/lares/dist/lares.js doctor',
    ],
    [
      'in a terminal, from here',
      start('/bin/node /home/me/lares/dist/lares.js', { isTerminal: true }),
      'node lares/dist/lares.js doctor',
    ],
    [
      'with an env file',
      start('/bin/node /usr/local/bin/lares serve --env-file my.env'),
      'lares doctor --env /home/me/my.env',
    ],
    [
      'with an env file and an equals sign',
      start('/bin/node /usr/local/bin/lares --env=/etc/lares.env'),
      'lares doctor --env /etc/lares.env',
    ],
    [
      'with an env file that Node took',
      start('/bin/node /opt/lares.js', { execArgv: ['--env-file=a b.env'] }),
      "node /opt/lares.js doctor --env '/home/me/a b.env'",
    ],
    ['inside another program', start('/bin/node /app/server.js'), 'lares doctor'],
  ])('%s', (_, started, shown) => {
    expect(ownCommand('doctor', started)).toBe(shown);
  });

  it('stands in sentences between backticks, and in no other place', () => {
    const started = start('/bin/node /opt/lares.js serve --env /etc/l.env');
    expect(withOwnCommands('`lares audit settle X` or lares, `lares`, `larest a`.', started)).toBe(
      '`node /opt/lares.js audit settle X --env /etc/l.env` or lares, `lares`, `larest a`.',
    );
  });

  it('stands in the hint of every error', () => {
    const [, script = ''] = process.argv;
    process.argv[1] = '/opt/lares/dist/lares.js';
    try {
      expect(new InputError('No', { hint: 'See `lares tools`.' }).hint).toMatch(
        /^See `node \S*lares\.js tools`\.$/,
      );
    } finally {
      process.argv[1] = script;
    }
  });
});
