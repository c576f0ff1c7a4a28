/** The settings that a run leaves for the notebooks of its day. */
import { dirname, join, relative } from 'node:path';
import type { Day } from '../../schemas/days.js';
import { withoutSecrets, type FullSettings } from '../settings.js';

/** Where a run leaves the settings for the day's notebooks. */
export const settingsPath = (home: string, day: Day): string => join(home, 'data/dns', day.text, 'settings.json');

/** The very warehouse of a run; by a relative path where it lies in the home, so that both can be moved together. */
export function notebookSettings(home: string, day: Day, settings: FullSettings): string {
  const { storage, engine, analyst } = withoutSecrets(settings);
  if (storage.type !== 'local') return `${JSON.stringify({ storage, engine, analyst }, null, 2)}\n`;
  const isInside = !relative(home, storage.root).startsWith('..');
  const root = isInside ? relative(dirname(settingsPath(home, day)), storage.root) : storage.root;
  return `${JSON.stringify({ storage: { ...storage, root }, engine, analyst }, null, 2)}\n`;
}
