import { connectionFailure, remoteFailure, scrubber } from '../../../../lib/storage/webhdfs/failures.js';

const place = { path: '/a b', operation: 'OPEN', server: 'nn1:9870 (DataNode dn1:9864)' };
const remote = (exception: string, message = 'why', status = 403) =>
  remoteFailure(status, JSON.stringify({ RemoteException: { exception, message } }), place);

describe('remoteFailure', () => {
  it.each([
    ['FileNotFoundException', 'FILE_NOT_FOUND', false],
    ['FileAlreadyExistsException', 'FILE_EXISTS', false],
    ['AccessControlException', 'PERMISSION_DENIED', false],
    ['AuthorizationException', 'PERMISSION_DENIED', false],
    ['DSQuotaExceededException', 'QUOTA_EXCEEDED', false],
    ['NSQuotaExceededException', 'QUOTA_EXCEEDED', false],
    ['AlreadyBeingCreatedException', 'LEASE_CONFLICT', true],
    ['LeaseExpiredException', 'LEASE_CONFLICT', true],
    ['SafeModeException', 'SAFE_MODE', true],
    ['StandbyException', 'STANDBY', true],
    ['InvalidToken', 'TOKEN_EXPIRED', false],
    ['InvalidPathException', 'PATH_INVALID', false],
    ['PathComponentTooLongException', 'PATH_INVALID', false],
    ['RetriableException', 'STORAGE_FAILED', true],
    ['EOFException', 'CONNECTION_FAILED', true],
    ['ParentNotDirectoryException', 'STORAGE_FAILED', false],
    ['IllegalArgumentException', 'STORAGE_FAILED', false],
    ['IOException', 'STORAGE_FAILED', false],
  ])('%s is %s', (exception, code, retriable) => {
    expect(remote(exception)).toMatchObject({ code, retriable });
    expect(remote(exception).message).toMatch(
      new RegExp(`^/a b: OPEN at nn1:9870 \\(DataNode dn1:9864\\): .*why \\(${exception}\\)$`),
    );
  });

  it.each([
    ['IOException', 'No active nodes contain this block', 'STORAGE_FAILED', true],
    ['IOException', 'Failed to find datanode, suggest to check cluster health.', 'STORAGE_FAILED', true],
    ['IOException', 'File /f could only be written to 0 of the 1 minReplication nodes.', 'STORAGE_FAILED', true],
    [
      'SecurityException',
      'Failed to obtain user group information: a.SecretManager$InvalidToken: x',
      'TOKEN_EXPIRED',
      false,
    ],
    ['AccessControlException', '/f (Ancestor /f is not a directory).', 'STORAGE_FAILED', false],
  ])('%s "%s" is %s', (exception, message, code, retriable) =>
    expect(remote(exception, message)).toMatchObject({ code, retriable }),
  );

  it.each([
    [401, 'PERMISSION_DENIED', false],
    [404, 'FILE_NOT_FOUND', false],
    [502, 'STORAGE_FAILED', true],
    [503, 'STORAGE_FAILED', true],
    [500, 'STORAGE_FAILED', false],
  ])('HTTP %d without an exception is %s', (status, code, retriable) =>
    expect(remoteFailure(status, '<html>', place)).toMatchObject({ code, retriable }),
  );
});

describe('connectionFailure', () => {
  it.each([
    ['ECONNREFUSED', /nothing listens there/, true],
    ['ECONNRESET', /the connection was lost/, true],
    ['ETIMEDOUT', /no answer in time/, true],
    ['ENOTFOUND', /the host name does not resolve; a host map can say where it is/, false],
    ['EAI_AGAIN', /did not resolve/, true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /the certificate was not accepted/, false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /the certificate was not accepted/, false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /the certificate was not accepted/, false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /the certificate was not accepted/, false],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /the certificate was not accepted/, false],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /the certificate was not accepted/, false],
    ['EPROTO', /TLS could not be agreed on: words of the system/, false],
    ['HPE_INVALID_CONSTANT', /\(HPE_INVALID_CONSTANT\)/, false],
  ])('%s', (code, message, retriable) => {
    const cause = Object.assign(new Error('words of the system'), { code });
    const failure = connectionFailure(cause, place);
    expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable, cause });
    expect(failure.message).toMatch(message);
  });
});

describe('scrubber', () => {
  it('takes out what is secret, the longer ones first', () => {
    const scrub = scrubber(['abc', 'abcdef', 'x', '']);
    expect(scrub('abcdef abc x delegation=HAAE&op=OPEN')).toBe('*** *** x delegation=***&op=OPEN');
  });
});
