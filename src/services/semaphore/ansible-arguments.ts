/** What extra arguments mean to ansible-playbook, read as its argparse reads them. */
export interface AnsibleArguments {
  /** Words of the last `--limit`, which is the one that holds; empty: it names nothing, so all hosts; undefined: none is given. */
  limit: readonly string[] | undefined;
  /** `--tags` and `--skip-tags` add up. */
  tags: readonly string[];
  skipTags: readonly string[];
  check: boolean;
  diff: boolean;
  /** Another inventory is named. */
  inventory: boolean;
  /** What is no option and no value of one: Ansible plays it as another playbook. */
  positional: readonly string[];
}

/** Options that take a value, by their long names; argparse takes every unambiguous beginning of one. */
const valued = [
  'become-method',
  'become-pass-file',
  'become-password-file',
  'become-user',
  'conn-pass-file',
  'connection',
  'connection-password-file',
  'extra-vars',
  'forks',
  'inventory',
  'inventory-file',
  'key-file',
  'limit',
  'module-path',
  'private-key',
  'scp-extra-args',
  'sftp-extra-args',
  'skip-tags',
  'ssh-common-args',
  'ssh-extra-args',
  'start-at-task',
  'tags',
  'timeout',
  'user',
  'vault-id',
  'vault-pass-file',
  'vault-password-file',
];
const flags = [
  'ask-become-pass',
  'ask-pass',
  'ask-vault-pass',
  'ask-vault-password',
  'become',
  'check',
  'diff',
  'flush-cache',
  'force-handlers',
  'help',
  'list-hosts',
  'list-tags',
  'list-tasks',
  'step',
  'syntax-check',
  'verbose',
  'version',
];
const letters: Readonly<Record<string, string>> = {
  c: 'connection',
  C: 'check',
  D: 'diff',
  e: 'extra-vars',
  f: 'forks',
  i: 'inventory',
  l: 'limit',
  M: 'module-path',
  t: 'tags',
  T: 'timeout',
  u: 'user',
};

/** One option as it was given; `value` is undefined for a flag. */
interface Option {
  name: string;
  value?: string | undefined;
}

export function ansibleArguments(words: readonly string[]): AnsibleArguments {
  const { options, positional } = optionsIn(words);
  const valuesOf = (name: string): string[] =>
    options.flatMap((option) => (option.name === name ? (option.value ?? '') : []));
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const limit = valuesOf('limit').at(-1);
  return {
    limit: limit === undefined ? undefined : splitWords(limit, /[,:;]/),
    tags: valuesOf('tags').flatMap((value) => splitWords(value, /,/)),
    skipTags: valuesOf('skip-tags').flatMap((value) => splitWords(value, /,/)),
    check: has('check'),
    diff: has('diff'),
    inventory: has('inventory') || has('inventory-file'),
    positional,
  };
}

const splitWords = (value: string, separator: RegExp): string[] =>
  value
    .split(separator)
    .map((word) => word.trim())
    .filter(Boolean);

function optionsIn(words: readonly string[]): { options: Option[]; positional: string[] } {
  const options: Option[] = [];
  const positional: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') positional.push(...rest.splice(0));
    else if (word.startsWith('--')) options.push(longOption(word.slice(2), rest));
    else if (word.startsWith('-') && word !== '-') options.push(...shortOptions(word, rest));
    else positional.push(word);
  }
  return { options, positional };
}

/** `--limit=db1`, `--limit db1`, `--lim db1`. A name that nobody knows is taken for a flag. */
function longOption(text: string, rest: string[]): Option {
  const [, typed = text, value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const name = nameOf(typed);
  if (value !== undefined) return { name, value };
  return valued.includes(name) ? { name, value: rest.shift() } : { name };
}

function nameOf(typed: string): string {
  const names = [...valued, ...flags];
  if (names.includes(typed)) return typed;
  return names.find((name) => name.startsWith(typed)) ?? typed;
}

/** `-vCl db1`, `-ldb1`: flags in one word, of which the last may take a value. */
function shortOptions(word: string, rest: string[]): Option[] {
  const options: Option[] = [];
  for (let i = 1; i < word.length; i++) {
    const letter = word.charAt(i);
    const name = letters[letter] ?? letter;
    if (!valued.includes(name)) {
      options.push({ name });
      continue;
    }
    const glued = word.slice(i + 1).replace(/^=/, '');
    options.push({ name, value: glued || rest.shift() });
    break;
  }
  return options;
}
