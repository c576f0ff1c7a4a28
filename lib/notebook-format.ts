/** What the program reads of a notebook (nbformat 4): the sources of its cells, and its language. */
import { z } from 'zod';

const cell = z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) });
const languages = z.object({
  metadata: z.object({
    kernelspec: z.object({ language: z.string().optional() }).optional(),
    language_info: z.object({ name: z.string().optional() }).optional(),
  }),
});
const cells = z.object({ nbformat: z.literal(4), cells: z.array(cell) });

export interface NotebookCell {
  readonly type: string;
  readonly source: string;
}

/** `null` for a text that is no notebook. Empty cells at the end are left out: Jupyter adds one when the last is run. */
export function cellsOf(text: string): NotebookCell[] | null {
  const read = cells.safeParse(jsonOf(text));
  if (!read.success) return null;
  const found = read.data.cells.map(({ cell_type, source }) => ({
    type: cell_type,
    source: [source].flat().join(''),
  }));
  return found.slice(0, found.findLastIndex(({ source }) => source.trim() !== '') + 1);
}

/** Whether two notebooks say the same; outputs, counts of executions and metadata do not matter. */
export function sameCells(one: string, other: string): boolean {
  if (one === other) return true;
  const [these, those] = [cellsOf(one), cellsOf(other)];
  if (these === null || those === null || these.length !== those.length) return false;
  return these.every(({ type, source }, i) => type === those[i]!.type && source === those[i]!.source);
}

/** In lower case, as its kernel or else its last execution says; empty where neither does. */
export function languageOf(text: string): string {
  const { data } = languages.safeParse(jsonOf(text));
  return (data?.metadata.kernelspec?.language ?? data?.metadata.language_info?.name ?? '').toLowerCase();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
