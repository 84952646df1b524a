import { SaxesParser, type SaxesTagNS } from 'saxes';

const CAS = 'http://www.yale.edu/tp/cas';
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
/** An answer is a person's attributes; a whole campus would not be one. */
const MAX_CHARACTERS = 65_536;

/** Who a CAS 3 server says has signed in; attributes as often as it says them. */
export interface CasUser {
  user: string;
  attributes: Map<string, string[]>;
}

/** Reads `cas:serviceResponse` (CAS Protocol 3.0 §2.5). Undefined for a failure and for whatever is not one. */
export function readServiceResponse(xml: string): CasUser | undefined {
  const users: string[] = [];
  const attributes = new Map<string, string[]>();
  const success = ['serviceResponse', 'authenticationSuccess'];
  const readable = read(xml, CAS, (path, content) => {
    const [root, outcome, ...inner] = path;
    if (root !== success[0] || outcome !== success[1]) return;
    if (inner.length === 1 && inner[0] === 'user') users.push(content);
    if (inner.length === 2 && inner[0] === 'attributes') {
      attributes.set(inner[1]!, [...(attributes.get(inner[1]!) ?? []), content]);
    }
  });
  const [user, ...others] = users;
  return readable && user && others.length === 0 ? { user, attributes } : undefined;
}

/** Reads the ticket that a `samlp:LogoutRequest` ends (§2.3.3). Undefined for whatever is not one. */
export function readLogoutRequest(xml: string): string | undefined {
  const tickets: string[] = [];
  const readable = read(xml, SAMLP, (path, content) => {
    if (path.join(' ') === 'LogoutRequest SessionIndex') tickets.push(content);
  });
  return readable && tickets.length === 1 ? tickets[0] : undefined;
}

/** Tells each element of the namespace that holds only text, with its path. False when it is not well-formed XML, or too long. */
function read(xml: string, namespace: string, element: (path: string[], content: string) => void): boolean {
  if (xml.length > MAX_CHARACTERS) return false;
  const path: string[] = [];
  let content = '';
  const parser = new SaxesParser({ xmlns: true });
  // Comments and CDATA do not part a text: what is before a comment alone may be another person.
  parser.on('text', (text) => (content += text));
  parser.on('cdata', (text) => (content += text));
  parser.on('opentag', ({ local, uri }: SaxesTagNS) => {
    path.push(uri === namespace ? local : `other:${local}`);
    content = '';
  });
  parser.on('closetag', () => {
    element(path, content.trim());
    path.pop();
    content = '';
  });
  try {
    parser.write(xml).close();
    return true;
  } catch {
    return false;
  }
}
