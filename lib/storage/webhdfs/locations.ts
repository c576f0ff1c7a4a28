/** Where a NameNode sends the client: the Location of a redirect, of which not everything can be taken as it is. */
import { failureAt, type Place } from './failures.js';
import type { Target } from './http.js';
import type { NameNode, WebHdfsSettings } from './settings.js';

interface Asked {
  /** Who was asked. */
  readonly nameNode: NameNode;
  readonly settings: WebHdfsSettings;
  readonly place: Place;
  /** The path that was asked for, encoded. */
  readonly ownPath: string;
}

/**
 * Host and query are the Location's, the path is our own: redirect headers come back Unicode-normalised, which is
 * another file's name, and JSON holds characters that no request may have.
 * @returns `host` as the NameNode named it, with port
 * @throws {OaError} `STORAGE_FAILED` for anything but http and https, and for http where https was asked
 */
export function readLocation(location: string, { nameNode, settings, place, ownPath }: Asked) {
  const refuse = (words: string) => failureAt(place, 'STORAGE_FAILED', words, { retriable: false });
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(location) ?? [];
  const protocol = `${scheme.toLowerCase()}:`;
  if ((protocol !== 'http:' && protocol !== 'https:') || !URL.canParse(`${protocol}//${authority}`))
    throw refuse('expected a Location of http or https, got another');
  if (nameNode.protocol === 'https:' && protocol === 'http:' && !settings.tls.allowPlainDataNodes)
    throw refuse('sent from https to http (tls.allowPlainDataNodes allows it)');
  const named = new URL(`${protocol}//${authority}`);
  const port = named.port || (protocol === 'https:' ? '443' : '80');
  const host = `${named.hostname}:${port}`;
  const mapped = settings.hostMap[host] ?? settings.hostMap[named.hostname];
  const there = mapped === undefined ? named : new URL(`${protocol}//${mapped}`);
  const target: Target = {
    protocol,
    hostname: there.hostname.replace(/^\[|\]$/g, ''),
    port: Number(there.port || port),
    certificateName: mapped === undefined ? undefined : named.hostname,
    // A gateway has a path of its own, perhaps encrypted.
    path: asciiOnly((path.startsWith('/webhdfs/v1/') ? `/webhdfs/v1${ownPath}` : path) + query),
  };
  return { host, target, isMapped: mapped !== undefined };
}

const asciiOnly = (text: string): string =>
  text.replace(/[^\x21-\x7e]+/g, (part) => Buffer.from(part).toString('hex').replace(/../g, '%$&'));
