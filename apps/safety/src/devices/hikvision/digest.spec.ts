import { digestAuthorization } from './digest.js';

const MUFASA = { user: 'Mufasa', password: 'Circle of Life' };
const ASKED = { method: 'GET', uri: '/dir/index.html' };
const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const offer = (algorithm: string): string =>
  'Digest realm="http-auth@example.org", qop="auth, auth-int", ' +
  `algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
const responseIn = (authorization?: string) => /response="([^"]*)"/.exec(authorization ?? '')?.[1];

// RFC 7616 §3.9.1
it('are the answers of RFC 7616', () => {
  const answer = digestAuthorization([offer('MD5'), offer('SHA-256')], ASKED, MUFASA, CNONCE);
  expect(responseIn(answer)).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  expect(answer).toContain(', algorithm=SHA-256, qop=auth, nc=00000001, cnonce="f2/w');
  const md5 = digestAuthorization(['Basic realm="x"', offer('MD5')], ASKED, MUFASA, CNONCE);
  expect(responseIn(md5)).toBe('8ca523f5e9506fed4657c9700eebdbec');
});

// RFC 2617 §3.5, and the same without qop as RFC 2069 has it
it('are those of devices that know the RFC before', () => {
  const old = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
  const { password } = { password: 'Circle Of Life' };
  const asked = digestAuthorization([`${old}, qop="auth"`], ASKED, { user: 'Mufasa', password }, '0a4f113b');
  expect(responseIn(asked)).toBe('6629fae49393a05397450978507c4ef1');
  const plain = digestAuthorization([old], ASKED, { user: 'Mufasa', password });
  expect(responseIn(plain)).toBe('670fd8c2df070c60b045671b8b24ff02');
  expect(plain).not.toMatch(/algorithm|qop|cnonce/);
});

it.each([
  ['no digest', ['Basic realm="x"']],
  ['nothing', []],
  ['another algorithm', [offer('SHA-512-256')]],
  ['the body signed', [offer('MD5').replace('auth, auth-int', 'auth-int')]],
])('of %s there is none', (_, challenges) => {
  expect(digestAuthorization(challenges, ASKED, MUFASA)).toBeUndefined();
});
