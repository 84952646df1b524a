import type { Config } from '#config';
import { CasSso } from './cas-sso.js';
import type { CampusSso } from './campus-sso.js';
import { OidcSso } from './oidc-sso.js';

/** The single sign-on that the configuration names; undefined when there is none yet. Throws at boot for one that cannot work. */
export function campusSsoOf(config: Config): CampusSso | undefined {
  if (config.oidcIssuer && config.casUrl)
    throw new Error('OIDC_ISSUER and CAS_URL are both set: which one signs people in?');
  if (config.demo && (config.oidcIssuer || config.casUrl)) {
    throw new Error('The demo signs in by its personas: OIDC_ISSUER and CAS_URL are for a system without YIZHAN_DEMO');
  }
  if (config.oidcIssuer) return new OidcSso(config);
  return config.casUrl ? new CasSso(config) : undefined;
}
