import { columnPart } from '../../streams/calculations/reputation-column.js';

/** Whether a name stands in the column as it is: Spot's UI splits it at `:`, `;` and `|`. */
export const isServiceName = (name: string): boolean => name.length <= 64 && columnPart(name) === name;
