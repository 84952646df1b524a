import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { LdapAccounts } from '../ldap/ldap-accounts.js';
import type { CampusSso, LogoutNotice } from './campus-sso.js';
import { CasSso } from './cas-sso.js';
import { DingtalkSso } from './dingtalk-sso.js';
import { OidcSso } from './oidc-sso.js';
import { WecomSso } from './wecom-sso.js';

/** The sites that people can be sent to. */
export type Site = 'oidc' | 'cas' | 'wecom' | 'dingtalk';

/** How the school's people sign in, as configured. Throws at boot for what cannot work. */
@Injectable()
export class SignInWays {
  readonly sites: ReadonlyMap<Site, CampusSso>;
  readonly accounts: LdapAccounts | undefined;

  constructor(config: Config) {
    if (config.oidcIssuer && config.casUrl)
      throw new Error('OIDC_ISSUER and CAS_URL are both set: which one signs people in?');
    const sites = new Map<Site, CampusSso>();
    if (config.oidcIssuer) sites.set('oidc', new OidcSso(config));
    if (config.casUrl) sites.set('cas', new CasSso(config));
    if (config.wecomCorpId) sites.set('wecom', new WecomSso(config));
    if (config.dingtalkClientId) sites.set('dingtalk', new DingtalkSso(config));
    this.sites = sites;
    this.accounts = config.ldapUrl ? new LdapAccounts(config) : undefined;
    if (config.demo && !this.none) {
      throw new Error('The demo signs in by its personas: other ways to sign in are for a system without YIZHAN_DEMO');
    }
  }

  /** Nothing of the school is connected yet. */
  get none(): boolean {
    return this.sites.size === 0 && !this.accounts;
  }

  async logoutNotice(body: URLSearchParams): Promise<LogoutNotice | undefined> {
    for (const site of this.sites.values()) {
      const notice = await site.logoutNotice?.(body);
      if (notice) return notice;
    }
    return undefined;
  }

  /** Where people sign out of the school's own sign-on; undefined when there is no such page. */
  async signOutUrl(): Promise<URL | undefined> {
    const campus = this.sites.get('oidc') ?? this.sites.get('cas');
    return campus?.signOutUrl?.();
  }
}
