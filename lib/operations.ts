/** What a run does to the world, as `run --dry-run` prints it. */
export type Operation =
  | { readonly kind: 'statement'; readonly sql: string }
  /** A host that is asked, and what it is told, in words. */
  | { readonly kind: 'host'; readonly host: string; readonly sends: string }
  | { readonly kind: 'file'; readonly do: 'create' | 'read' | 'delete' | 'makeDirectories'; readonly path: string }
  | { readonly kind: 'file'; readonly do: 'rename' | 'copy'; readonly from: string; readonly path: string }
  /** Mode and ACL entries of a folder that is made. */
  | { readonly kind: 'file'; readonly do: 'permit'; readonly path: string; readonly rights: readonly string[] };

export const statement = (sql: string): Operation => ({ kind: 'statement', sql });

export function operationText(operation: Operation): string {
  if (operation.kind === 'statement') return operation.sql;
  if (operation.kind === 'host') return `ask ${operation.host}: ${operation.sends}`;
  if (operation.do === 'permit') return `permit ${operation.rights.join(' ')} ${operation.path}`;
  return `${operation.do} ${'from' in operation ? `${operation.from} -> ` : ''}${operation.path}`;
}
