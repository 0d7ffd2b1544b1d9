import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; font-weight: 600; border-bottom: 2px solid currentColor; padding-bottom: .5rem; }
.what { font-size: 1.15rem; font-weight: 600; margin: 1rem 0; padding-left: 0.8rem; border-left: 3px solid; }
.note { border-left: 4px solid #c80; padding-left: .75rem; }
.bad { border-left: 4px solid #c22; padding-left: .75rem; }
.good { border-left: 4px solid #283; padding-left: .75rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { opacity: .7; }
dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; margin-top: 1.5rem; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; }
button { font: inherit; padding: .5rem 1.5rem; cursor: pointer; }
.yes { background: #283; color: #fff; border: 1px solid #283; }
.small { font-size: .85rem; opacity: .7; }
`;

/** The content security policy of every answer. Nothing is loaded and nothing runs: one style, known by its hash, and a form that answers to its own origin. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Made in one piece: white space that a formatter puts between the tags would change the hash. */
const styleElement = raw(`<style>${style}</style>`);

/** A whole page with the one style there is. `title` and `content` are escaped by `html`. */
export const page = (title: string, content: ReturnType<typeof html>): ReturnType<typeof html> =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Lares</title>
        ${styleElement}
      </head>
      <body>
        <h1>${title}</h1>
        ${content}
      </body>
    </html>`;
