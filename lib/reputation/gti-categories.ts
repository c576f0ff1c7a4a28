/** Spot's file of GTI categories: code, name, functional group. */
import { badLine, eachRow } from '../lookups/lookup-file.js';

export type GtiCategories = ReadonlyMap<string, { readonly name: string; readonly group: string }>;

/** A first line without a number as code is a heading. @throws {OaError} `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID` */
export async function loadGtiCategories(file: string): Promise<GtiCategories> {
  const categories = new Map<string, { name: string; group: string }>();
  let rows = 0;
  await eachRow(file, ({ line, fields: [code = '', name = '', group = '', ...more] }) => {
    rows += 1;
    if (rows === 1 && !/^\d+$/.test(code)) return;
    if (code === '' || name === '' || more.length > 0) throw badLine(file, line, 'expected code, name and group');
    categories.set(code, { name, group });
  });
  return categories;
}
