import type { Client } from '../client.ts';
import { claudeCode } from './claude-code.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { cline } from './cline.ts';
import { codex } from './codex.ts';
import { continueDev } from './continue.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import { goose } from './goose.ts';
import { homeAssistant } from './home-assistant.ts';
import { lmStudio } from './lm-studio.ts';
import { openWebui } from './open-webui.ts';
import { opencode } from './opencode.ts';
import { roo } from './roo.ts';
import { vscode } from './vscode.ts';
import { windsurf } from './windsurf.ts';
import { zed } from './zed.ts';

/** Every client that `lares connect` knows. */
export const clients: readonly Client[] = [
  claudeCode,
  claudeDesktop,
  vscode,
  cursor,
  windsurf,
  zed,
  codex,
  gemini,
  opencode,
  goose,
  lmStudio,
  cline,
  roo,
  continueDev,
  openWebui,
  homeAssistant,
];
