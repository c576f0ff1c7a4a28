import { spawnSync } from 'node:child_process';
import { thisOwner, type Owner } from '../../lib/storage/owner.js';

/** The owner that a process of this machine was before it ended. */
export function deadOwner(id: string): Owner {
  return { ...thisOwner(id), pid: spawnSync(process.execPath, ['--eval', '']).pid };
}

/** An owner of whom nobody here can say whether he lives. */
export function distantOwner(id: string): Owner {
  return { host: 'elsewhere.example', pid: 4321, id };
}
