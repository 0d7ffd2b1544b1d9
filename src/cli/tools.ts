import { allTools, offers } from '../catalog.ts';
import { table } from '../core/base/table.ts';
import type { ToolManifest } from '../core/tool-manifest.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

interface ToolsOptions extends Common {
  all?: boolean;
}

export const toolsCommand = defineCommand({
  name: 'tools',
  summary: 'what a client may call',
  options: [{ flags: '--all', description: 'also the tools of services that are not configured' }],
  common: 'all',
  run: tools,
});

function tools(options: ToolsOptions): Promise<number> {
  return withRuntime(options, async (runtime) => {
    const shown: readonly ToolManifest[] = options.all ? allTools : offers(runtime);
    if (options.json)
      printJson(
        shown.map(({ service, kind, risk, name, title, description, input }) => ({
          service,
          kind,
          risk,
          name,
          title,
          description,
          input,
        })),
      );
    else {
      print(
        table(shown, {
          tool: ({ name }) => name,
          effect: ({ kind, risk }) => (kind === 'read' ? 'reads' : risk),
          arguments: signature,
          'what it does': ({ description }) => description,
        }),
      );
      const hidden = allTools.filter(({ name }) => !shown.some((tool) => tool.name === name));
      const ofServices = hidden.filter(({ service }) => service !== 'homelab').length;
      if (ofServices > 0)
        print(
          `\n${ofServices} more belong to services that are not configured, or write where writes are off: lares tools --all`,
        );
    }
    return exit.fine;
  });
}

const signature = ({ input }: ToolManifest): string =>
  Object.keys(input.properties)
    .map((name) => (input.required?.includes(name) ? name : `[${name}]`))
    .join(' ');
