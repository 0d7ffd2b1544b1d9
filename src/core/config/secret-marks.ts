import { createHmac, randomBytes } from 'node:crypto';
import { redacted, type Redactor } from './secret-shapes.ts';

/** One for the whole process: what was read before and after a reload of the configuration is compared too. */
let key: Buffer | undefined;

/** A mark says nothing of the secret to whoever does not have the key, which leaves this process nowhere. */
const markOf = (text: string): string => {
  key ??= randomBytes(32);
  const digest = createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
  return `${redacted.slice(0, -1)}#${digest}]`;
};

/** Redacts so that equal texts stay equal and others do not: what was taken out can be compared, and `withoutMarks` comes before anybody sees it. */
export const marking =
  (redact: Redactor): Redactor =>
  (text) => {
    const safe = redact(text);
    return safe === text ? text : safe.replaceAll(redacted, markOf(text));
  };

const marks = /\[redacted#[0-9a-f]{32}\]/g;

/** As it is shown: every mark is the word that stands for any secret. */
export const withoutMarks: Redactor = (text) =>
  text.includes('[redacted#') ? text.replace(marks, redacted) : text;
