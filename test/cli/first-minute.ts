import { dirname, join } from 'node:path';
import { COMMANDS } from '../../lib/cli/commands.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { startSampleService } from '../../lib/cli/sample-service.ts';
import { aConsole } from './console.ts';

/** Where the recording is kept. */
export const RECORDING = join(import.meta.dirname, '../../docs/first-minute.md');

/** What one types in the first minute, and what for. `$URL` is the sample service of the demo. */
const STEPS: readonly { readonly why: string; readonly words: readonly string[] }[] = [
  { why: 'What an API server would say of templates, and more:', words: ['lint', 'examples/'] },
  {
    why: 'One condition, with an answer:',
    words: ['eval', 'len(result) > 0 && result[0] >= 0.95', '--result', '[0.97]'],
  },
  { why: 'And where one breaks:', words: ['eval', 'result[0] = 0.95', '--result', '[0.97]'] },
  {
    why: 'A whole analysis, here with a Job that runs as a process of this machine:',
    words: ['run', 'examples/smoke-test.yaml', '--local-jobs', '--arg', 'url=$URL'],
  },
  {
    why: 'The same where the service is broken; exit code 1 stops a pipeline:',
    words: ['run', 'examples/smoke-test.yaml', '--local-jobs', '--arg', 'url=$URL/nowhere'],
  },
  { why: 'An argument that is missing:', words: ['run', 'examples/smoke-test.yaml', '--local-jobs'] },
];

const INTRODUCTION = `# The first minute

What one types, and what one sees: recorded by \`npm run first-minute\`, and compared with what is seen now by a test. Times
and ports are not what they were. \`npx assay demo\` shows four analyses, live; \`npx assay doctor\` what is there on your
machine and in your clusters.
`;

/** Types everything, and gives the recording. Only times and ports are made the same for all recordings. */
export async function recordFirstMinute(): Promise<string> {
  const service = await startSampleService();
  try {
    const parts: string[] = [];
    for (const { why, words } of STEPS) {
      const console = aConsole({ env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` } });
      const filled = words.map((word) => word.replace('$URL', service.url));
      const code = await runProgram(filled, COMMANDS, console);
      const { out, err } = console.written;
      const typed = `$ npx assay ${filled.map(quoted).join(' ')}`;
      const seen = [typed, `${out}${err}`.trimEnd(), ...(code === 0 ? [] : [`(exit code ${code})`])].join('\n');
      parts.push(`${why}\n\n\`\`\`\n${seen}\n\`\`\`\n`);
    }
    return settled(`${INTRODUCTION}\n${parts.join('\n')}`, service.url);
  } finally {
    await service.close();
  }
}

function settled(text: string, url: string): string {
  return text
    .replaceAll(url, 'http://127.0.0.1:8080')
    .replaceAll(/^\d\d:\d\d:\d\d /gm, '12:00:00 ')
    .replaceAll(/[ \t]+$/gm, '');
}

function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word}'`;
}
