import { readLogoutRequest, readServiceResponse } from './cas-xml.js';

const response = (inner: string): string =>
  `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess>${inner}</cas:authenticationSuccess></cas:serviceResponse>`;

describe('readServiceResponse', () => {
  it('reads the user and the attributes, as often as they stand there', () => {
    const found = readServiceResponse(
      response(`
      <cas:user>zhang</cas:user>
      <cas:attributes><cas:xh> 2024000001 </cas:xh><cas:role>a</cas:role><cas:role>b &amp; c</cas:role></cas:attributes>`),
    );
    expect(found?.user).toBe('zhang');
    expect(Object.fromEntries(found!.attributes)).toEqual({ xh: ['2024000001'], role: ['a', 'b & c'] });
  });

  it('reads a text whole, whatever stands within it', () => {
    const parted = '<cas:user>2024<!-- -->000001</cas:user>';
    expect(readServiceResponse(response(parted))?.user).toBe('2024000001');
    expect(readServiceResponse(response('<cas:user><![CDATA[2024]]>000001</cas:user>'))?.user).toBe('2024000001');
  });

  it.each([
    [
      'a failure',
      '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure></cas:serviceResponse>',
    ],
    ['two users', response('<cas:user>a</cas:user><cas:user>b</cas:user>')],
    ['no user', response('<cas:user> </cas:user>')],
    ['a user within something else', response('<cas:proxies><cas:user>a</cas:user></cas:proxies>')],
    ['a user of another namespace', response('<x:user xmlns:x="urn:x">a</x:user>')],
    [
      'another namespace',
      '<cas:serviceResponse xmlns:cas="urn:x"><cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess></cas:serviceResponse>',
    ],
    [
      'a success within a failure',
      '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationFailure><cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess></cas:authenticationFailure></cas:serviceResponse>',
    ],
    ['half an answer', response('<cas:user>a</cas:user>').slice(0, -5)],
    ['an entity of its own', `<!DOCTYPE a [<!ENTITY u "a">]>${response('<cas:user>&u;</cas:user>')}`],
    ['a whole campus', response(`<cas:user>a</cas:user>${' '.repeat(70_000)}`)],
    ['a page', '<html><body>error</body></html>'],
    ['nothing', ''],
  ])('is nobody for %s', (_what, xml) => {
    expect(readServiceResponse(xml)).toBeUndefined();
  });
});

describe('readLogoutRequest', () => {
  const request = (inner: string, namespace = 'urn:oasis:names:tc:SAML:2.0:protocol'): string =>
    `<samlp:LogoutRequest xmlns:samlp="${namespace}" ID="x">${inner}</samlp:LogoutRequest>`;

  it('reads the one ticket', () => {
    expect(readLogoutRequest(request('<samlp:SessionIndex>ST-1-abc</samlp:SessionIndex>'))).toBe('ST-1-abc');
  });

  it.each([
    request(''),
    request('<samlp:SessionIndex>ST-1</samlp:SessionIndex><samlp:SessionIndex>ST-2</samlp:SessionIndex>'),
    request('<samlp:SessionIndex>ST-1</samlp:SessionIndex>', 'urn:x'),
    '<SessionIndex>ST-1</SessionIndex>',
  ])('reads none from %s', (xml) => {
    expect(readLogoutRequest(xml) ?? '').toBe('');
  });
});
