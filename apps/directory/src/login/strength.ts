import { ACR } from '#auth';
import { interactionPolicy, type Provider } from './oidc-provider.js';

/** How somebody has signed in, as it goes into the session and its tokens. */
export interface Strength {
  twoFactors: boolean;
  /** Methods (RFC 8176), where they are known. */
  amr?: string[] | undefined;
  /** Seconds since the epoch; undefined where nobody says when. */
  at?: number | undefined;
}

/** With a password, just now. */
export const BY_PASSWORD: Strength = { twoFactors: false, amr: ['pwd'] };
/** Clocks of the campus and ours. */
const SKEW_SECONDS = 60;

type Params = Awaited<ReturnType<Provider['interactionDetails']>>['params'];

/** What the app asks of the sign-in. */
export interface Wanted {
  /** `acr` in the order of preference; empty: any. */
  acr: string[];
  /** Without one of them the app wants nobody. */
  essential: boolean;
  /** Seconds that the sign-in may be old. */
  maxAge: number | undefined;
}

/** OpenID Connect Core §3.1.2.1 and §5.5.1.1; of both in one request `acr_values` holds, as in the library. */
export function wantedOf({ acr_values: values, claims, max_age: maxAge }: Params): Wanted {
  const age = maxAge === undefined ? undefined : Number(maxAge);
  if (typeof values === 'string' && values) return { acr: values.split(' '), essential: false, maxAge: age };
  const { id_token } = JSON.parse(String(claims ?? '{}')) as {
    id_token?: { acr?: { essential?: unknown; value?: unknown; values?: unknown } | null };
  };
  const { essential, value, values: several } = id_token?.acr ?? {};
  const acr = value === undefined ? several : [value];
  return { acr: Array.isArray(acr) ? acr.map(String) : [], essential: essential === true, maxAge: age };
}

/**
 * The login of a result. Where the campus does not say when, and was not asked anew, the time is unknown: 0, which is never recent
 * enough.
 */
export function loginOf(accountId: string, { twoFactors, amr, at }: Strength, anew: boolean) {
  const now = seconds();
  const ts = at === undefined ? (anew ? now : 0) : Math.min(at, now);
  return { accountId, acr: twoFactors ? ACR.twoFactors : ACR.oneFactor, ts, ...(amr && { amr }) };
}

/** Whether the sign-in lacks what the app cannot do without. `askedAt`: when the person was sent to say anew who they are. */
export function isUnmet(login: ReturnType<typeof loginOf>, wanted: Wanted, askedAt: number | undefined): boolean {
  if (askedAt !== undefined && login.ts < askedAt - SKEW_SECONDS) return true;
  return wanted.essential && wanted.acr.length > 0 && !wanted.acr.includes(login.acr);
}

/**
 * Who is signed in with one factor is sent to sign in again where the app asks for two by `acr_values`, as the challenge of RFC 9470 says
 * it should. What comes of it is in the tokens.
 */
export function promptsWithAcr(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const weaker = new interactionPolicy.Check('acr_values', 'a stronger sign-in is asked for', ({ oidc }) => {
    const values = String(oidc.params?.acr_values ?? '').split(' ');
    const { accountId, acr = '' } = oidc.session!;
    if (!accountId || oidc.result?.login || oidc.prompts.has('none')) return false;
    return values.includes(ACR.twoFactors) && !values.includes(acr);
  });
  policy.get('login')!.checks.add(weaker);
  return policy;
}

export function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
