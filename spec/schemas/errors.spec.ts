import { asOaError, ERRORS, OaError, type ErrorCode } from '../../schemas/errors.js';

describe('errors', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];

  it.each(codes)('%s says when to try again, and what it means', (code) => {
    const error = new OaError(code, 'what came');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'OaError', code, message: 'what came', retriable: ERRORS[code].retriable });
    expect(ERRORS[code].meaning).toMatch(/^\S.*\.$/);
  });

  it('have the exit status 3 just where there are no results yet, 2 for wrong usage and settings', () => {
    expect(codes.filter((code) => ERRORS[code].exit === 3)).toEqual(['NO_RESULTS', 'RESULTS_NOT_READY']);
    const usage: ErrorCode[] = [
      'USAGE',
      'SETTINGS_INVALID',
      'DNS_CONF_INVALID',
      'DATE_INVALID',
      'LOOKUP_FILE_INVALID',
    ];
    for (const code of usage) expect(ERRORS[code].exit).toBe(2);
  });

  it('keep their cause, and have none where there was none', () => {
    const cause = new Error('ENOENT');
    expect(new OaError('STORAGE_FAILED', 'x', { cause }).cause).toBe(cause);
    expect('cause' in new OaError('STORAGE_FAILED', 'x')).toBe(false);
    expect(new OaError('STORAGE_FAILED', 'x', { retriable: false }).retriable).toBe(false);
  });

  it('are made of any other error, and of an own one not again', () => {
    const own = new OaError('LOCKED', 'x');
    expect(asOaError(own, 'STORAGE_FAILED', 'writing')).toBe(own);
    const cause = new TypeError('bad');
    expect(asOaError(cause, 'STORAGE_FAILED', 'writing')).toMatchObject({
      code: 'STORAGE_FAILED',
      message: 'writing: bad',
      cause,
    });
    expect(asOaError('text')).toMatchObject({ code: 'INTERNAL', message: 'text', cause: 'text' });
  });
});
