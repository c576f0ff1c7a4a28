/** A real Chromium for the tests: the one on the path, or of `CHROMIUM_PATH`. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @throws {Error} that says how to install it, when it is missing */
export async function startChromium(): Promise<Browser> {
  const given = process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = given ? [given] : folders.flatMap((folder) => PROGRAMS.map((name) => join(folder, name)));
  for (const executablePath of places) {
    const found = await access(executablePath, constants.X_OK).then(
      () => true,
      () => false,
    );
    // A container's user is root, for whom Chromium has no sandbox; the pages are our own.
    if (found) return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  }
  throw new Error(
    `Chromium is missing${given ? ` at CHROMIUM_PATH (${given})` : ''}; on Debian: apt-get install chromium`,
  );
}
