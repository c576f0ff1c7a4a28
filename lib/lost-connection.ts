/** What a connection that was not made, or was lost, died of: in words, and whether another try may do better. */

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name did not resolve',
};

/** Codes of a certificate that was refused, by this client or by the server; OpenSSL's and Node's. */
const CERTIFICATE =
  /CERT|ISSUER|UNABLE_TO_VERIFY|HOSTNAME|UNKNOWN_CA|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED/;
/** A server that does not speak TLS, or none of its versions that this client does. */
const PROTOCOL = /^EPROTO$|_SSL_|_TLS_|_OSSL_/;

/** A wrong name or certificate stays wrong; so do bytes that are no answer, or no TLS. */
export function lostConnection({ code = '', message }: NodeJS.ErrnoException): { words: string; isLasting: boolean } {
  return {
    words: SYSTEM[code] ?? tlsWords(code, message) ?? message,
    isLasting: CERTIFICATE.test(code) || PROTOCOL.test(code) || /^(ENOTFOUND$|HPE_|ERR_)/.test(code),
  };
}

function tlsWords(code: string, message: string): string | undefined {
  if (CERTIFICATE.test(code)) return `the certificate was not accepted: ${message}`;
  // `write EPROTO 80CC…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…`
  const [, reason] = /:error:[^:]*:[^:]*:[^:]*:([^:]*)/.exec(message) ?? [];
  return PROTOCOL.test(code) ? `TLS could not be agreed on: ${reason ?? message}` : undefined;
}
