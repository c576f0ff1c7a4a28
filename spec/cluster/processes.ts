/** Looks at the processes of this machine; Linux only. */
import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE = 20_000;
const LISTENS = '0A';

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await what());) {
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE} ms in vain`);
    await wait(100);
  }
}

/** The ids of living processes that have the text in their command line. */
export async function processesWith(text: string): Promise<string[]> {
  const { stdout } = spawn('ps', ['-eo', 'pid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] });
  const found: string[] = [];
  for await (const line of createInterface(stdout!))
    if (line.includes(text)) found.push(line.trim().split(' ', 1)[0]!);
  return found;
}

/** Addresses that a process listens on, as the kernel writes them: `0100007F` is 127.0.0.1. */
export async function addressesOf(pid: string): Promise<string[]> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const found: string[] = [];
  for (const table of ['tcp', 'tcp6']) {
    for (const line of (await readFile(`/proc/net/${table}`, 'utf8')).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENS && inodes.has(inode)) found.push(local.split(':', 1)[0]!);
    }
  }
  return found;
}
