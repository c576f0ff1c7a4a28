/**
 * Impala alone, without any DNS code: values that reach a query as literals, rows as a stream, an early end.
 * `IMPALA_URL=host:21050 node impala-client.js`; for Hive and Spark also `IMPALA_DIALECT=hive`.
 */
import assert from 'node:assert/strict';
import { connect, literal, OaError } from 'spot-dns-oa/impala-client';

const { IMPALA_URL: host, IMPALA_DIALECT: dialect = 'impala' } = process.env;
if (!host) {
  console.error('IMPALA_URL is not set; expected host or host:port');
  process.exit(2);
}
if (dialect !== 'impala' && dialect !== 'hive') {
  console.error('IMPALA_DIALECT: expected impala or hive');
  process.exit(2);
}

const impala = connect({ host: host.split(','), dialect, auth: 'nosasl' });
try {
  const name = "o'neil's ${env:HOME} \\ 數據";
  for await (const row of impala.query('SELECT CAST(? AS STRING) AS name, ? AS is_there', { params: [name, true] })) {
    console.log(row.name, row.is_there);
    assert.equal(row.name, name);
  }

  let rows = 0;
  const numbers = impala.query(
    'SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) t WHERE n IN (:some)',
    {
      params: { some: [1, 2, 3] },
    },
  );
  for await (const { n } of numbers) {
    rows += Number(n);
    if (rows >= 3) break; // The rest is cancelled on the server.
  }
  console.log(rows);

  console.log(literal(new Date(0)));
  const refused = await impala.execute('SELECT FROM').catch((error: unknown) => error);
  assert(refused instanceof OaError);
  console.log(refused.code);
} finally {
  await impala.close();
}
