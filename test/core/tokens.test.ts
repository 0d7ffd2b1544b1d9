import { readdirSync, readFileSync } from 'node:fs';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/base/tokens.ts';

const root = new URL('../../src/services/', import.meta.url);
const recordings = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /fixtures\/.*\.(?:json|txt)$/.test(file))
  .map((file) => [file, readFileSync(new URL(file, root), 'utf8')] as const);

const hex = Array.from({ length: 400 }, (_, i) =>
  ((i * 2_654_435_761) % 2 ** 32).toString(16),
).join('');
const scripts: readonly (readonly [string, string])[] = [
  ['Chinese', '备份服务器的磁盘已满，请检查存储池并删除旧的快照。'.repeat(20)],
  ['Japanese', 'バックアップが失敗しました。ストレージを確認してください。'.repeat(20)],
  ['Korean', '백업 서버의 디스크가 가득 찼습니다. 저장소를 확인하십시오.'.repeat(20)],
  ['Russian', 'Диск сервера резервного копирования заполнен, проверьте хранилище.'.repeat(20)],
  ['Arabic', 'قرص خادم النسخ الاحتياطي ممتلئ، تحقق من التخزين.'.repeat(20)],
  ['Hindi', 'बैकअप सर्वर की डिस्क भर गई है, कृपया भंडारण जाँचें।'.repeat(20)],
  ['Thai', 'ดิสก์ของเซิร์ฟเวอร์สำรองข้อมูลเต็มแล้ว'.repeat(20)],
  [
    'German',
    'Die Sicherungsserverfestplattenüberwachung schlägt fehl: Größe überschritten.'.repeat(20),
  ],
  ['emoji', '🔥🧯👩‍🚒✅⚠️🏠🖥️💾'.repeat(40)],
  ['hexadecimal', hex],
  ['base64', Buffer.from(hex).toString('base64')],
  [
    'UUIDs',
    Array.from({ length: 40 }, (_, i) => `3f2504e0-4f89-41d3-9a0c-0305e82c33${10 + i}`).join('\n'),
  ],
  ['figures', Array.from({ length: 400 }, (_, i) => i * 7_919).join(',')],
  [
    'a table',
    Array.from(
      { length: 60 },
      (_, i) =>
        `${30_000 + i}  web-${i}      VM    pve-big1   running  8.2 % of 8  7.8 GiB of 16.0 GiB  -`,
    ).join('\n'),
  ],
  ['punctuation', '{"a":[{"b":"c"},{"d":null}],"e":{"f":-1.5e-7}}=>!=&&||::;;--++'.repeat(20)],
  ['words run together', 'containerdbackupserverstoragereplication'.repeat(30)],
];

describe('the size of an answer', () => {
  it.each([...recordings, ...scripts])(
    'is not guessed too small, nor much too large: %s',
    (_, text) => {
      const tokens = Math.max(cl100k(text).length, o200k(text).length);
      const estimate = estimateTokens(text);
      expect(estimate).toBeGreaterThanOrEqual(tokens);
      expect(estimate).toBeLessThan(tokens * 3 + 50);
    },
  );

  it('is guessed in no time', () => {
    // A hang fails by the test's own limit.
    estimateTokens('a1 ,é'.repeat(400_000));
  });
});
