import { Argument, Command, type Option } from 'commander';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const HELP = `
Prints what makes a shell complete commands, options and the values of those that have a fixed list; other words are
completed as files.

Examples:
  source <(assay completion bash)     # in ~/.bashrc
  source <(assay completion zsh)      # in ~/.zshrc, after compinit; or as the file _assay of a folder of $fpath
  assay completion fish > ~/.config/fish/completions/assay.fish`;

/** `assay completion`: a script for a shell, of all that the program has. */
export function command(console: Console, exitWith: (code: ExitCode) => void, program: Command): Command {
  return new Command('completion')
    .description('Print the completion of a shell.')
    .addArgument(new Argument('<shell>', 'for which').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      console.out.write(SCRIPTS[shell](placesIn(program)));
      exitWith(EXIT.ok);
    });
}

/** Where one stands on a command line, and what may come there. */
interface Place {
  /** The commands before: none, `run`, or `clusters add`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly Flag[];
  /** That its arguments are chosen from; none where they are files or anything. */
  readonly choices: readonly string[];
}

interface Word {
  readonly name: string;
  readonly description: string;
}

interface Flag extends Word {
  /** `-o`, with which it may be given too. */
  readonly short: string | undefined;
  /** What comes after it. */
  readonly takes: 'nothing' | 'file' | 'text' | readonly string[];
}

const HELP_FLAG: Flag = { name: '--help', short: '-h', description: 'display help for command', takes: 'nothing' };

function placesIn(program: Command): readonly Place[] {
  const below = (at: Command, path: readonly string[]): Place[] => [
    {
      path: path.join(' '),
      commands: at.commands.map((each) => ({ name: each.name(), description: each.description() })),
      options: [...at.options.flatMap(flagOf), HELP_FLAG],
      choices: at.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    },
    ...at.commands.flatMap((each) => below(each, [...path, each.name()])),
  ];
  return below(program, []);
}

function flagOf({ long, short, description, flags, required, argChoices, hidden }: Option): Flag[] {
  if (!long || hidden) return [];
  const takes = !required ? 'nothing' : (argChoices ?? (/<file/.test(flags) ? 'file' : 'text'));
  return [{ name: long, short, description, takes }];
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

/** Patterns of `case` for the place and the word before: `"run --output"|"run -o"`. */
function afterFlag({ path }: Place, { name, short }: Flag): string {
  return [name, ...(short ? [short] : [])].map((word) => `"${path} ${word}"`).join('|');
}

/** Finds the place: the same words in bash and zsh. */
function walk(places: readonly Place[], words: string): string {
  const patterns = places.flatMap(({ path, commands }) => commands.map(({ name }) => `"${path} ${name}"`));
  return `  for word in ${words}; do
    case "$place $word" in
      ${patterns.join('|')}) place="\${place:+$place }$word" ;;
    esac
  done`;
}

/** One line a flag that takes a value, with what is done for it. */
function valueCases(places: readonly Place[], offer: (takes: 'file' | 'text' | readonly string[]) => string): string {
  const cases = places.flatMap((place) =>
    place.options.flatMap((flag) =>
      flag.takes === 'nothing' ? [] : [`    ${afterFlag(place, flag)}) ${offer(flag.takes)}; return ;;`],
    ),
  );
  return `  case "$place $previous" in
${cases.join('\n')}
  esac`;
}

function bash(places: readonly Place[]): string {
  const wordsOf = ({ commands, options, choices }: Place) =>
    [...commands.map(({ name }) => name), ...choices, ...options.map(({ name }) => name)].join(' ');
  // Where it finds nothing, bash completes files: `-o default`.
  return `_assay() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} place= word words
  COMPREPLY=()
  # --output=json comes as three words.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
${walk(places, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
${valueCases(places, (takes) => (Array.isArray(takes) ? `COMPREPLY=($(compgen -W "${takes.join(' ')}" -- "$current"))` : ':'))}
  case "$place" in
${places.map((place) => `    "${place.path}") words="${wordsOf(place)}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _assay assay
`;
}

function zsh(places: readonly Place[]): string {
  const rowsOf = ({ commands, options, choices }: Place) =>
    [...commands, ...choices.map((name) => ({ name, description: '' })), ...options]
      .map(({ name, description }) => shellQuoted([name, description].map(withoutColons).join(':')))
      .join(' ');
  return `#compdef assay
_assay() {
  local previous=\${words[CURRENT-1]} place= word
  local -a found
  if [[ $PREFIX == --*=* ]]; then previous=\${PREFIX%%=*}; compset -P 1 '*='; fi
${walk(places, '"${(@)words[2,CURRENT-1]}"')}
${valueCases(places, (takes) => (Array.isArray(takes) ? `compadd -- ${takes.join(' ')}` : '_files'))}
  case "$place" in
${places.map((place) => `    "${place.path}") found=(${rowsOf(place)}) ;;`).join('\n')}
  esac
  _describe assay found
  [[ $PREFIX == -* ]] || _files
}
if [[ "\${funcstack[1]}" == _assay ]]; then _assay "$@"; else compdef _assay assay; fi
`;
}

/** A colon ends the name in what `_describe` takes. */
function withoutColons(text: string): string {
  return text.replaceAll(':', String.raw`\:`);
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const seen = place.path.split(' ').filter(Boolean);
    const further = place.commands.map(({ name }) => name).join(' ');
    const conditions = [
      ...seen.map((name) => `__fish_seen_subcommand_from ${name}`),
      ...(further ? [`not __fish_seen_subcommand_from ${further}`] : []),
    ];
    const complete = `complete -c assay -n '${conditions.join('; and ')}'`;
    const words = [...place.commands, ...place.choices.map((name) => ({ name, description: '' }))];
    return [
      ...words.map(({ name, description }) => `${complete} -f -a ${name} -d ${fishQuoted(description)}`),
      ...place.options.map(({ name, short, description, takes }) => {
        const names = `-l ${name.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`;
        return `${complete} ${names}${fishValue(takes)} -d ${fishQuoted(description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function fishValue(takes: Flag['takes']): string {
  if (takes === 'nothing') return '';
  if (takes === 'file') return ' -r -F';
  return takes === 'text' ? ' -x' : ` -x -a ${fishQuoted(takes.join(' '))}`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
