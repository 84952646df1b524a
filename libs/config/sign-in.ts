import { IsOptional, IsString, IsUrl, Matches } from 'class-validator';
import { ANY_HOST, list } from './from-text.js';

/** How the school's people sign in; nothing of it set: by codes. */
export class SignInSettings {
  /** Campus sign-in by OpenID Connect: the issuer. Register `<BASE_URL>/directory/sso/callback` there, and `/directory/sso/logout` for back-channel logout. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  oidcIssuer?: string;

  @IsOptional()
  @IsString()
  oidcClientId?: string;

  /** File with the secret of OIDC_CLIENT_ID. Without one, or with an empty one, it is a public client. */
  @IsOptional()
  @IsString()
  oidcClientSecretFile?: string;

  @IsString()
  oidcScope = 'openid';

  /** The claim that is the 学号 or 工号, of the ID token or else of userinfo. */
  @IsString()
  oidcNumberClaim = 'sub';

  /** Values of the ID token's `acr` that say that somebody has signed in with two factors, e.g. `https://refeds.org/profile/mfa`; asked for where an app or the school's policy wants two. Default: none. */
  @list
  @IsString({ each: true })
  oidcMfaAcr: string[] = [];

  /** Methods of the ID token's `amr` that say so (RFC 8176). */
  @list
  @IsString({ each: true })
  oidcMfaAmr: string[] = ['mfa'];

  /** Campus sign-in by CAS 3: its address, e.g. `https://cas.example.edu.cn/cas`. Let it know the service `<BASE_URL>/directory/sso/cas/`, followed by anything. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  casUrl?: string;

  /** The CAS attribute that is the 学号 or 工号. Default: the user itself. */
  @IsOptional()
  @IsString()
  casNumberAttribute?: string;

  /** CAS attributes that say that somebody has signed in with two factors, each `name=value`, e.g. `authnContextClass=mfa-gauth`. Default: none. */
  @list
  @Matches(/^[^=\s]+=.+$/, {
    each: true,
    message: 'must be attributes with their value, such as authnContextClass=mfa-gauth',
  })
  casMfaAttributes: string[] = [];

  /** Sign-in by name and password at the school's LDAP directory: its addresses, `ldaps://…` or `ldap://…` (StartTLS), the next asked when one is away. */
  @IsOptional()
  @list
  @IsUrl({ ...ANY_HOST, protocols: ['ldap', 'ldaps'] }, { each: true })
  ldapUrl?: string[];

  /** File with the certificates (PEM) of the school's own authority, where the directory's certificate is of one. */
  @IsOptional()
  @IsString()
  ldapCaFile?: string;

  /** Whom this system is to the directory when it looks for somebody. Default: nobody (an anonymous search). */
  @IsOptional()
  @IsString()
  ldapBindDn?: string;

  /** File with the password of LDAP_BIND_DN. */
  @IsOptional()
  @IsString()
  ldapBindPasswordFile?: string;

  /** Below which entry people are, e.g. `ou=people,dc=example,dc=edu,dc=cn`. */
  @IsOptional()
  @IsString()
  ldapSearchBase?: string;

  /** How somebody is found by the name they type, `{name}`; at an Active Directory `(&(objectClass=user)(sAMAccountName={name}))`. */
  @Matches(/\{name\}/, { message: 'must have {name} where the name that somebody types belongs' })
  ldapFilter = '(uid={name})';

  /** The attribute that is the 学号 or 工号, such as `employeeNumber`. */
  @Matches(/^[A-Za-z][A-Za-z0-9-]*$/, { message: 'must be the name of an attribute' })
  ldapNumberAttribute = 'uid';

  /** Sign-in by 企业微信: the corporation id. Let its app (自建应用) trust the domain of BASE_URL, for 网页授权 and for 企业微信授权登录. */
  @IsOptional()
  @IsString()
  wecomCorpId?: string;

  /** AgentId of the app. */
  @IsOptional()
  @IsString()
  wecomAgentId?: string;

  /** File with the Secret of the app. */
  @IsOptional()
  @IsString()
  wecomSecretFile?: string;

  /** Name of the member's extended attribute (扩展属性) that is the 学号 or 工号. Default: the member's UserID. */
  @IsOptional()
  @IsString()
  wecomNumberAttribute?: string;

  /** Origin of 企业微信's API, where it is deployed privately. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  wecomOrigin?: string;

  /** Sign-in by 钉钉: the Client ID (AppKey) of the school's app (企业内部应用). Register `<BASE_URL>/directory/sso/callback` there. */
  @IsOptional()
  @IsString()
  dingtalkClientId?: string;

  /** File with the Client Secret of the app. */
  @IsOptional()
  @IsString()
  dingtalkSecretFile?: string;

  /** What of the member is the 学号 or 工号: `userid`, `job_number`, or the name of an extended attribute (扩展属性). */
  @IsString()
  dingtalkNumberField = 'userid';

  /** Origin of 钉钉's API, where it is deployed privately. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  dingtalkOrigin?: string;
}

export function signInFrom(env: NodeJS.ProcessEnv): Record<keyof SignInSettings, string | undefined> {
  return {
    oidcIssuer: env.OIDC_ISSUER,
    oidcClientId: env.OIDC_CLIENT_ID,
    oidcClientSecretFile: env.OIDC_CLIENT_SECRET_FILE,
    oidcScope: env.OIDC_SCOPE,
    oidcNumberClaim: env.OIDC_NUMBER_CLAIM,
    oidcMfaAcr: env.OIDC_MFA_ACR,
    oidcMfaAmr: env.OIDC_MFA_AMR,
    casUrl: env.CAS_URL,
    casNumberAttribute: env.CAS_NUMBER_ATTRIBUTE,
    casMfaAttributes: env.CAS_MFA_ATTRIBUTES,
    ldapUrl: env.LDAP_URL,
    ldapCaFile: env.LDAP_CA_FILE,
    ldapBindDn: env.LDAP_BIND_DN,
    ldapBindPasswordFile: env.LDAP_BIND_PASSWORD_FILE,
    ldapSearchBase: env.LDAP_SEARCH_BASE,
    ldapFilter: env.LDAP_FILTER,
    ldapNumberAttribute: env.LDAP_NUMBER_ATTRIBUTE,
    wecomCorpId: env.WECOM_CORP_ID,
    wecomAgentId: env.WECOM_AGENT_ID,
    wecomSecretFile: env.WECOM_SECRET_FILE,
    wecomNumberAttribute: env.WECOM_NUMBER_ATTRIBUTE,
    wecomOrigin: env.WECOM_ORIGIN,
    dingtalkClientId: env.DINGTALK_CLIENT_ID,
    dingtalkSecretFile: env.DINGTALK_SECRET_FILE,
    dingtalkNumberField: env.DINGTALK_NUMBER_FIELD,
    dingtalkOrigin: env.DINGTALK_ORIGIN,
  };
}
