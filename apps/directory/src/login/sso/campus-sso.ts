import type { Config } from '#config';
import type { Strength } from '../strength.js';

/** Who the campus says has signed in, and how it will call that sign-in when it ends. */
export interface CampusSignIn {
  /** 学号 or 工号. */
  number: string;
  /** The campus's name of this sign-in (OIDC `sid`, CAS ticket); undefined when it gives none. */
  session: string | undefined;
  /** The campus's name of the person (OIDC `sub`), where a notice may end all sign-ins of one. */
  subject: string | undefined;
  strength: Strength;
}

/** How a sign-in is asked for. */
export interface Asked {
  anew: boolean;
  /** With two factors, where the campus can. */
  twoFactors: boolean;
  /** Seconds that the sign-in may be old, where the app says so. */
  maxAge: number | undefined;
  /** What the browser says it is. */
  userAgent: string;
}

/** What is kept from sending somebody to the campus until they are back. */
export interface Pending {
  state: string;
  /** The campus must ask the person anew, though they are signed in there. */
  anew: boolean;
  nonce?: string;
  verifier?: string;
}

/** Which sign-ins a notice from the campus ends: one, or without its name all of a person. */
export interface LogoutNotice {
  session?: string | undefined;
  subject?: string | undefined;
  /** The notice's own id, by which it counts once; undefined where the session's name is good once by itself. */
  id?: string | undefined;
}

/** A site that knows the school's people (its single sign-on, 企业微信, 钉钉); the issuer sends them there. */
export interface CampusSso {
  /** Whether it can have somebody say again who they are. */
  readonly asksAnew: boolean;
  /** Where to send the browser; `anew`: who is signed in at the campus has to say again who they are. Throws SsoUnavailable. */
  begin(state: string, how: Asked): Promise<{ url: URL; pending: Pending }>;
  /** Who came back, by what the campus added to the address. Throws SsoRefused or SsoUnavailable. */
  finish(pending: Pending, query: URLSearchParams): Promise<CampusSignIn>;
  /** Reads a logout notice; undefined when it is forged, stale or not one. `body` is the form that was posted. */
  logoutNotice?(body: URLSearchParams): Promise<LogoutNotice | undefined>;
  /** Where the person signs out of the campus itself; undefined when it has no such page. */
  signOutUrl?(): Promise<URL | undefined>;
}

/** Where the campus sends people back to by OIDC; by CAS it is `/directory/sso/cas/<state>`. */
export function callbackOf(config: Config): string {
  return `${config.origin}/directory/sso/callback`;
}

/** https everywhere but on this machine: what is said on the way decides who somebody is. Throws at boot. */
export function assertSecure(setting: string, address: string): void {
  if (new URL(address).protocol === 'https:' || isThisMachine(address)) return;
  throw new Error(`${setting} must be an https address (http is for this machine only), not ${address}`);
}

/** Whether what is said to an address stays on this machine. */
export function isThisMachine(address: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(address).hostname);
}
