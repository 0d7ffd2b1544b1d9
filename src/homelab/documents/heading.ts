import { oneLine } from '../../core/base/text.ts';

/** What a document is called in lists: at most 80 and 120 characters, on one line. */
export interface Heading {
  title: string;
  description: string | undefined;
}

/** Files that stand for the folder they lie in. */
const folderNames = /(^|\/)(readme|claude|agents|index)\.(md|markdown)$/i;

/** Title and description of a document: its front matter, the name of its folder where it stands for that, its first heading, its file name. */
export function headingOf(text: string, path: string, rootName: string): Heading {
  const { fields, body } = frontMatter(text);
  const folder = path.split('/').at(-2) ?? rootName;
  const first = /^#{1,2}[ \t]+(.+?)[ \t]*#*$/m.exec(withoutCode(body))?.[1];
  const name =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? path;
  const title = fields.get('title') ?? (folderNames.test(path) ? folder : (first ?? name));
  const description = fields.get('description') ?? (folderNames.test(path) ? first : undefined);
  return {
    title: oneLine(title, 80) || name,
    description: description === undefined ? undefined : oneLine(description, 120) || undefined,
  };
}

/** The plain `key: value` lines between two `---`; whatever else YAML can do is left alone. */
function frontMatter(text: string): { fields: Map<string, string>; body: string } {
  const block = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text);
  if (!block) return { fields: new Map(), body: text };
  const pairs = (block[1] ?? '').split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, key, value] = /^([A-Za-z_-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    const plain = value?.replace(/^(["'])(.*)\1$/, '$2');
    return key && plain && !/^[|>&*[{]/.test(plain) ? [[key.toLowerCase(), plain]] : [];
  });
  return { fields: new Map(pairs), body: text.slice(block[0].length) };
}

const withoutCode = (body: string): string => body.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
