/** Who works on something: a process of a machine. Written into locks, journals and staging folders. */
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  /** Host name, and the process namespace where there is one: two containers may share a host name, not process ids. */
  readonly host: string;
  readonly pid: number;
  /** Tells two owners of one process apart. */
  readonly id: string;
}

export function thisOwner(id: string): Owner {
  return { host: thisHost(), pid: process.pid, id };
}

/** `null` unless the text is an owner as JSON. */
export function parseOwner(text: string): Owner | null {
  try {
    const { host, pid, id } = JSON.parse(text) as Partial<Owner>;
    return typeof host === 'string' && Number.isSafeInteger(pid) && typeof id === 'string'
      ? { host, pid: pid!, id }
      : null;
  } catch {
    return null;
  }
}

/** Whether the owner's process runs; `undefined` on another host, where nobody can know. */
export function isRunning({ host, pid }: Owner): boolean | undefined {
  if (host !== thisHost()) return undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function thisHost(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
