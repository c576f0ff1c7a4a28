/** Hadoop's programs: how each of them is called. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whoever starts the servers, their superuser has this name. */
export const SUPERUSER = 'hdfs';

export class Hadoop {
  readonly java: string;
  readonly #jars: string;
  readonly #folder: string;

  /** @param folder holds `conf`, and what the programs write beside it */
  constructor(java: string, jars: string, folder: string) {
    this.java = java;
    this.#jars = jars;
    this.#folder = folder;
  }

  get environment(): NodeJS.ProcessEnv {
    // Java takes the encoding of its arguments from the locale.
    return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HADOOP_USER_NAME: SUPERUSER };
  }

  /** The command line after `java`. */
  commandLine(mainClass: string, ...options: string[]): string[] {
    const folder = this.#folder;
    return [
      // Without it every WebHDFS request ends in NoClassDefFoundError.
      '--add-opens=java.base/java.lang=ALL-UNNAMED',
      ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'],
      `-Dhadoop.log.dir=${folder}/log`,
      `-Djava.io.tmpdir=${folder}/temp`,
      `-Dhttpfs.home.dir=${folder}`,
      ...['-cp', `${folder}/conf:${folder}/web:${this.#jars}/*`, mainClass],
      ...options,
    ];
  }

  /** Gives its standard output. */
  async run(mainClass: string, ...options: string[]): Promise<string> {
    try {
      const { stdout } = await run(this.java, this.commandLine(mainClass, ...options), { env: this.environment });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      const name = mainClass.slice(mainClass.lastIndexOf('.') + 1);
      throw new Error(`${name} ${options.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** Its standard output, while it comes; an error at the end when the program failed. */
  stream(mainClass: string, ...options: string[]): Readable {
    const child = spawn(this.java, this.commandLine(mainClass, ...options), { env: this.environment });
    return Readable.from(outputOf(child), { objectMode: false });
  }
}

async function* outputOf(child: ChildProcess): AsyncGenerator<Buffer> {
  const exit = once(child, 'exit');
  const errors = text(child.stderr!);
  yield* child.stdout as AsyncIterable<Buffer>;
  const [status] = (await exit) as [number | null];
  if (status !== 0) throw new Error(`A program of Hadoop ended with ${status}: ${await errors}`);
}
