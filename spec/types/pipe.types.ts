import { pipe, compose } from '../../streams/pipe.js';
import { Enrichment, RowSink, RowSource, type RowTransform } from '../../streams/rows.js';
declare function src(): RowSource<{ a: string; b: number }>;
declare function sink(): RowSink<{ a: string; tld: string }>;
declare function lim(): RowTransform;
const tld = () => new Enrichment({ a: 'string' }, { tld: 'string' }, (row) => ({ tld: row.a }));
const len = () => new Enrichment({ tld: 'string' }, { len: 'int?' }, (row) => ({ len: row.tld.length }));
void pipe(src(), lim(), tld(), len(), sink());
void pipe(src(), compose(lim(), tld(), len()), sink());
// @ts-expect-error order
void pipe(src(), len(), tld(), sink());
// @ts-expect-error missing tld
void pipe(src(), lim(), sink());
// @ts-expect-error twice
void pipe(src(), tld(), tld(), sink());
void pipe(src(), lim(), tld(), len(), sink(), { signal: new AbortController().signal });
