/** Finds the command, runs it, and says how it ended: exit status and one line for a person. */
import { createInterface } from 'node:readline/promises';
import { ERRORS, asOaError, OaError } from '../../schemas/errors.js';
import { packageVersion } from '../package-root.js';
import { audit } from './audit.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { feedback } from './feedback.js';
import { init } from './init.js';
import { notebooks } from './notebooks.js';
import { report } from './report.js';
import { resetScores } from './reset-scores.js';
import { run } from './run.js';
import { score } from './score.js';
import { scores } from './scores.js';
import { sql } from './sql.js';
import { printable } from './terminal.js';

/** What a command works with. What it returns is printed on standard output, whole, when it has succeeded. */
export interface Console {
  /** A line on standard error. */
  log(line: string): void;
  /** Whether standard error is a terminal. */
  readonly interactive: boolean;
  /** Rewrites the last line of a terminal. */
  rewrite(line: string): void;
  /** Asks the person at the terminal; undefined where there is none. */
  readonly ask?: (question: string) => Promise<string>;
  readonly signal: AbortSignal;
}

export interface Command {
  /** First line: usage; second: what it does. */
  readonly help: string;
  /** @returns what is printed on standard output, and the exit status where it is not 0 */
  run(args: readonly string[], console: Console): Promise<{ output: string; status?: number }>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ...{ run, demo, init, sql, report, score, feedback, scores, audit },
  'reset-scores': resetScores,
  ...{ notebooks, doctor },
};

const COMMON =
  'Every command takes --config FILE (settings), --spot-conf FILE, --data DIR (the embedded warehouse), --home DIR (data/ and ipynb/), --verbose.';

function usage(): string {
  const lines = Object.values(COMMANDS).map(({ help }) =>
    help
      .split('\n')
      .map((line, i) => (i === 0 ? `  ${line}` : `      ${line}`))
      .join('\n'),
  );
  return `spot-dns-oa ${packageVersion()}: DNS operational analytics of Apache Spot\n\n${lines.join('\n')}\n\n${COMMON}\n`;
}

/** Runs the command line and sets the exit status of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const ending = new AbortController();
  let signalled: number | undefined;
  const onSignal = (number: number) => () => {
    signalled = 128 + number;
    ending.abort(new OaError('ABORTED', 'ended by a signal'));
  };
  const [onInt, onTerm] = [onSignal(2), onSignal(15)];
  process.on('SIGINT', onInt).on('SIGTERM', onTerm);
  const verbose = ownArguments(args).includes('--verbose');
  const console = consoleOf(ending.signal);
  try {
    const { output, status } = await dispatch(args, console);
    if (output !== '') await print(output.endsWith('\n') ? output : `${output}\n`);
    process.exitCode = status ?? 0;
  } catch (thrown) {
    const known = asOaError(thrown);
    // Streams that a signal ends say no more than that they were ended.
    const error = known.code === 'INTERNAL' && ending.signal.aborted ? (ending.signal.reason as OaError) : known;
    console.log(`spot-dns-oa: ${error.code}: ${printable(error.message)}`);
    if (verbose) console.log(stackOf(error));
    process.exitCode = signalled ?? ERRORS[error.code].exit;
  } finally {
    process.off('SIGINT', onInt).off('SIGTERM', onTerm);
  }
}

/** What follows `--` is another program's. */
const ownArguments = (args: readonly string[]): readonly string[] =>
  args.includes('--') ? args.slice(0, args.indexOf('--')) : args;

/** A reader that goes before the end (`| head`) is no failure. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const written = (error?: Error | null) => {
      if (!error) process.stdout.off('error', written);
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(new OaError('STORAGE_FAILED', `standard output: ${error.message}`, { cause: error }));
    };
    // The stream tells an error twice, and the event would end the process.
    process.stdout.once('error', written).write(text, written);
  });
}

async function dispatch(args: readonly string[], console: Console): Promise<{ output: string; status?: number }> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return { output: usage() };
  if (name === '--version' || name === 'version') return { output: packageVersion() };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new OaError(
      'USAGE',
      `unknown command ${JSON.stringify(name)}; expected one of ${Object.keys(COMMANDS).join(', ')}`,
    );
  const own = ownArguments(rest);
  if (own.includes('--help') || own.includes('-h')) return { output: `${command.help}\n\n${COMMON}` };
  return command.run(rest, console);
}

function consoleOf(signal: AbortSignal): Console {
  const interactive = process.stderr.isTTY === true;
  let open = false;
  return {
    signal,
    interactive,
    ask: interactive && process.stdin.isTTY ? (question) => askPerson(question, signal) : undefined,
    log: (line) => {
      process.stderr.write(`${open ? '\n' : ''}${line}\n`);
      open = false;
    },
    rewrite: (line) => {
      process.stderr.write(`\r\u001b[K${line}`);
      open = true;
    },
  };
}

/** An input that ends is no answer. */
async function askPerson(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(question, { signal }), ended]);
  } finally {
    terminal.close();
  }
}

function stackOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}${cause}`;
}
