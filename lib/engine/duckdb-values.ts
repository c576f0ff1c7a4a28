/** DuckDB's values as plain ones: what a row of a free query holds. */
import type {
  DuckDBDataChunk,
  DuckDBResult,
  DuckDBType,
  DuckDBValue,
  DuckDBValueConverter,
  Json,
} from '@duckdb/node-api';
import type { Batch } from '../../streams/contracts.js';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Everything but numbers, as the driver's own JSON form has it: dates as text, lists as arrays. */
type JsonConverter = DuckDBValueConverter<Json>;

/** Integers are numbers where they are exact, else a `bigint`; decimals of up to 15 digits are numbers, else text. */
function plain(value: DuckDBValue, type: DuckDBType, json: JsonConverter): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null) {
    return value;
  }
  const nested: DuckDBValueConverter<unknown> = (inner, innerType) => plain(inner, innerType, json);
  const converted = json(value, type, nested as JsonConverter);
  const isDecimal = typeof converted === 'string' && 'scale' in type;
  return isDecimal && converted.replace(/\D/g, '').length <= 15 ? Number(converted) : converted;
}

/** Reads the chunks of a result as rows, column by column, as the driver keeps them. */
export async function chunkReader(result: DuckDBResult): Promise<(chunk: DuckDBDataChunk) => Batch> {
  const { DuckDBBlobVector, DuckDBVarCharVector, JsonDuckDBValueConverter: json } = await import('@duckdb/node-api');
  const [names, types] = [result.deduplicatedColumnNames(), result.columnTypes()];

  const valuesOf = (chunk: DuckDBDataChunk, column: number): unknown[] => {
    const vector = chunk.getColumnVector(column);
    if (!(vector instanceof DuckDBVarCharVector)) {
      return chunk.getColumnValues(column).map((value) => plain(value, types[column]!, json));
    }
    // The driver's own decoder drops a byte order mark, with which an attacker's name may begin: text is read as bytes.
    const bytes = new DuckDBBlobVector(vector['dataView'], vector['validity'], vector['vector'], 0, vector.itemCount);
    return Array.from({ length: chunk.rowCount }, (_, i) => {
      const text = bytes.getItemBytes(i);
      return text === null ? null : UTF8.decode(text);
    });
  };

  return (chunk) => {
    const rows: Batch = Array.from({ length: chunk.rowCount }, () => ({}));
    names.forEach((name, column) => {
      const values = valuesOf(chunk, column);
      for (let i = 0; i < rows.length; i++) rows[i]![name] = values[i];
    });
    return rows;
  };
}
