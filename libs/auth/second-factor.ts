import type { Database } from '#database';
import { Flag, Int } from '#fields';
import { Policies, Policy } from '#policy';
import { SecondFactorRequired } from '#problems';
import type { CampusClock } from '#time';
import type { Actor } from './actor.js';

/** How strongly a person has signed in: `acr` of our tokens (OpenID Connect Core §2). */
export const ACR = { oneFactor: 'urn:yizhan:acr:sfa', twoFactors: 'urn:yizhan:acr:mfa' };

/** What people may read only after they have signed in with two factors (GB/T 22239-2019 8.1.4.1, which asks it of level 3 systems). */
@Policy({ key: 'directory.second-factor', title: { zh: '双因素登录', en: 'Second factor' } })
export class SecondFactorPolicy {
  @Flag({
    zh: '查看四级数据（心理、生物识别、困难认定）须双因素登录',
    en: 'Class 4 data (psychological, biometric, hardship) needs a sign-in with two factors',
    example: true,
  })
  class4 = false;

  @Int({
    zh: '双因素登录最多可以是多少分钟以前',
    en: 'Minutes ago that the sign-in with two factors may be',
    min: 5,
    max: 1440,
    example: 60,
  })
  maxAgeMinutes = 60;
}

/** Asks of people what the policy asks; an app by itself has no second factor to show. */
export class SecondFactor {
  private readonly policies = new Policies();

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  /** For a route that reads class 4 data. Throws SecondFactorRequired (401), which says by RFC 9470 §3 what to ask the issuer for. */
  async assert({ personId, signedIn }: Actor): Promise<void> {
    if (personId === undefined) return;
    const { value } = await this.policies.at(this.database.connection, SecondFactorPolicy, this.clock.today());
    if (!value.class4) return;
    const maxAge = value.maxAgeMinutes * 60;
    // Tokens are of the real time, whatever the time on campus.
    const age = Math.floor(Date.now() / 1_000) - (signedIn?.at ?? 0);
    if (signedIn?.acr === ACR.twoFactors && age <= maxAge) return;
    const wanted = `acr_values="${ACR.twoFactors}", max_age="${maxAge}"`;
    throw new SecondFactorRequired({
      params: { minutes: value.maxAgeMinutes },
      headers: {
        'WWW-Authenticate': `Bearer realm="yizhan", error="insufficient_user_authentication", error_description="A recent sign-in with two factors is needed", ${wanted}`,
      },
    });
  }
}
