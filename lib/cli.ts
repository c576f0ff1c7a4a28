#!/usr/bin/env node
/** The program. Only this file runs on an older Node, so it imports nothing before it has looked. */
const NEEDS = 20;
const has = Number(process.versions.node.split('.')[0]);
if (has < NEEDS) {
  process.stderr.write(
    `spot-dns-oa: needs Node.js ${NEEDS} or newer, this is ${process.versions.node} (NODE_TOO_OLD)\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./commands/main.js');
  await main(process.argv.slice(2));
}
