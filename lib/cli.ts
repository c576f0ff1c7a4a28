#!/usr/bin/env node
/** The program. Only this file runs on an older Node, so it imports nothing before it has looked. */
const NEEDS = [20, 10] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDS[0] || (major === NEEDS[0] && minor < NEEDS[1])) {
  process.stderr.write(
    `spot-dns-oa: NODE_TOO_OLD: needs Node.js ${NEEDS.join('.')} or newer, this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./commands/main.js');
  await main(process.argv.slice(2));
}
