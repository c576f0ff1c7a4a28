/**
 * Fetches ROWS rows of ten columns from a HiveServer2 on PORT, and prints how many came and the most memory that this
 * process had: `node fetch-rows.js PORT ROWS`.
 */
import { connect } from '../../lib/impala-client.js';

const [port = '', rows = ''] = process.argv.slice(2);
const client = connect({ host: `127.0.0.1:${port}`, dialect: 'hive', auth: 'nosasl' });
const query = client.query(
  `SELECT n AS id, CAST(n % 100 AS TINYINT) AS small, n * 1000000007 AS wide, CAST(n AS DOUBLE) / 7 AS share,
  CAST(n AS STRING) AS text, CONCAT('name-', CAST(n AS STRING), '.example.net') AS name,
  CASE WHEN n % 3 = 0 THEN NULL ELSE 'x' END AS maybe, n % 2 = 0 AS even, CAST(n AS FLOAT) AS f, n % 7 AS week
FROM (SELECT posexplode(split(space(${Number(rows) - 1}), ' ')) AS (n, nothing)) numbers`,
);
let [count, sum, most] = [0, 0, 0];
for await (const row of query) {
  count += 1;
  sum += Number(row.id);
  if (count % 1000 === 0) most = Math.max(most, process.memoryUsage().rss);
}
await client.close();
console.log(JSON.stringify({ rows: count, sum, mebibytes: Math.round(most / 2 ** 20) }));
