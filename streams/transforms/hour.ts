import { named, type RowOf } from '../../schemas/columns.js';
import { hourOf } from '../calculations/time-of-day.js';
import { Enrichment } from '../rows.js';

/**
 * Adds `hh`: the hour of `frame_time`, 0 to 23 in the zone that the text is in; null when it has no readable time. In a
 * text column or a file it is two digits (`04`).
 * @param fields `time`: the text read; `as`: the column added. @default `frame_time`, `hh`
 */
export function hour<const Time extends string = 'frame_time', const As extends string = 'hh'>(
  fields: { time?: Time; as?: As } = {},
) {
  const time = fields.time ?? ('frame_time' as Time);
  const as = fields.as ?? ('hh' as As);
  const needs = named(time, 'string?');
  const adds = named(as, 'int?');
  return new Enrichment(needs, adds, (row) => {
    const text: string | null = row[time];
    return { [as]: text === null ? null : hourOf(text) } as RowOf<typeof adds>;
  });
}
