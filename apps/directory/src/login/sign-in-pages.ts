import type { Bilingual } from '#contracts';
import { escapeHtml } from '#http';
import type { Problem } from '#problems';
import type { Persona } from './demo.js';
import type { Site } from './sso/sign-in-ways.js';

/** A page of the sign-in, in both languages at once: who reads it has not said theirs yet. */
export interface Page {
  html: string;
  status: number;
  /** Addresses beyond this server that its forms may lead to; browsers hold redirects to it too. */
  formAction: string;
  /** Seconds after which the same may go well. */
  retryAfter?: number | undefined;
}

/** A link for each persona. */
export function demoPage(uid: string, personas: Persona[]): Page {
  const links = personas.map(
    ({ name, zh, en }) =>
      `<li><a href="${escapeHtml(`${uid}/as/${name}`)}">${escapeHtml(zh)} · <span lang="en">${escapeHtml(en)}</span></a></li>`,
  );
  return page(
    { zh: '演示登录', en: 'Demo login' },
    `<p>选择一个身份，即登录并授权。所有人物均为虚构。</p>
<p lang="en">Choose who to be: one click signs in and consents. All persons are synthetic.</p>
<ul>
${links.join('\n')}
</ul>`,
  );
}

/** Before the campus's single sign-on is connected: a field for the code. */
export function codePage(uid: string): Page {
  return page(
    { zh: '用登录码登录', en: 'Sign in with a code' },
    `<p>尚未接入校园统一身份认证。管理员可在服务器上运行 <code>npm run admin:first -- 工号</code> 取得登录码。</p>
<p lang="en">Campus single sign-on is not connected yet. An administrator gets a code on the server: <code>npm run admin:first -- &lt;staff number&gt;</code></p>
<form method="post" action="${escapeHtml(uid)}/code">
<p><label>登录码 <span lang="en">Code</span> <input name="code" autocomplete="one-time-code" required maxlength="64" autofocus></label></p>
<p><button>登录 <span lang="en">Sign in</span></button></p>
</form>`,
  );
}

const SITES: Record<Site, Bilingual> = {
  oidc: { zh: '统一身份认证登录', en: 'Campus single sign-on' },
  cas: { zh: '统一身份认证登录', en: 'Campus single sign-on' },
  wecom: { zh: '企业微信登录', en: 'WeCom' },
  dingtalk: { zh: '钉钉登录', en: 'DingTalk' },
};

/** The ways to sign in that the school has: its own account with a password, and the sites that know its people. */
export function waysPage(
  uid: string,
  { sites, password, name = '', problem }: { sites: Site[]; password: boolean; name?: string; problem?: Problem },
): Page {
  // Relative to the address of the sign-in, or to that of its form.
  const base = problem ? '' : `${escapeHtml(uid)}/`;
  const links = sites.map((site) => {
    const { zh, en } = SITES[site];
    return `<li><a href="${base}to/${site}">${escapeHtml(zh)} · <span lang="en">${escapeHtml(en)}</span></a></li>`;
  });
  const wrong = problem
    ? `<p id="wrong" role="alert">${escapeHtml(problem.text.zh)}<br><span lang="en">${escapeHtml(problem.text.en)}</span></p>\n`
    : '';
  const described = problem ? ' aria-describedby="wrong"' : '';
  const form = `${wrong}<form method="post" action="${base}password">
<p><label>学校账号 <span lang="en">School account</span> <input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="128" value="${escapeHtml(name)}"${described}${name ? '' : ' autofocus'}></label></p>
<p><label>密码 <span lang="en">Password</span> <input name="password" type="password" autocomplete="current-password" required maxlength="256"${described}${name ? ' autofocus' : ''}></label></p>
<p><button>登录 <span lang="en">Sign in</span></button></p>
</form>`;
  const list = links.length > 0 ? `<ul>\n${links.join('\n')}\n</ul>` : '';
  return page({ zh: '登录', en: 'Sign in' }, [password ? form : '', list].filter(Boolean).join('\n'), {
    status: problem?.kind.status ?? 200,
    retryAfter: problem?.details.retryAfter,
  });
}

/** Which app asks, and for what. */
export function consentPage(
  uid: string,
  { app, redirectUri, permissions }: { app: string; redirectUri: string; permissions: readonly Bilingual[] },
): Page {
  const requested = permissions.map(
    ({ zh, en }) => `<li>${escapeHtml(zh)} · <span lang="en">${escapeHtml(en)}</span></li>`,
  );
  const { origin, host } = new URL(redirectUri);
  const asked = `<ul>
${requested.join('\n')}
</ul>`;
  return page(
    { zh: '授权应用', en: 'Let an app act for you' },
    `<p>“<strong>${escapeHtml(app)}</strong>”（${escapeHtml(host)}）请求代表您使用学校的服务：</p>
<p lang="en">“<strong>${escapeHtml(app)}</strong>” (${escapeHtml(host)}) asks to use the school's services for you:</p>
${requested.length > 0 ? asked : '<p>确认您是谁 · <span lang="en">Know who you are</span></p>'}
<p>它只能做您本人有权做的事。</p>
<p lang="en">It can do only what you yourself may do.</p>
<form method="post" action="${escapeHtml(uid)}/approve"><button>同意 <span lang="en">Allow</span></button></form>
<form method="post" action="${escapeHtml(uid)}/refuse"><button>拒绝 <span lang="en">Do not allow</span></button></form>`,
    { formAction: `'self' ${origin}` },
  );
}

/** Asks whether to sign out. `form`: the issuer's own, with its token. */
export function signOutPage(form: string): Page {
  const id = /id="([^"]+)"/.exec(form)![1]!;
  return page(
    { zh: '退出登录', en: 'Sign out' },
    `<p>退出后，由本次登录取得授权的应用须重新登录。</p>
<p lang="en">The apps that were let in by this sign-in have to sign in again.</p>
${form}
<p><button form="${escapeHtml(id)}" name="logout" value="yes">退出 <span lang="en">Sign out</span></button></p>`,
  );
}

/** `campus`: where one is still signed in. */
export function signedOutPage(campus: URL | undefined): Page {
  const link = campus
    ? `<p><a href="${escapeHtml(campus.href)}">同时退出学校统一身份认证 · <span lang="en">Sign out of campus single sign-on too</span></a></p>`
    : '';
  return page(
    { zh: '已退出', en: 'Signed out' },
    `<p>您已退出，可以关闭此页。</p>
<p lang="en">You are signed out and can close this page.</p>
${link}`,
  );
}

/** Content-Security-Policy of a page: nothing but our own style, and forms that lead where the page says. */
export function policyOf({ formAction }: Page): string {
  return `default-src 'none'; style-src 'self'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`;
}

/** What is wrong with the request that an app made, in the words of the standard: for who maintains the app. */
export function requestErrorPage({
  error,
  error_description: why = '',
}: {
  error: string;
  error_description?: string;
}): Page {
  const code = `<code>${escapeHtml(error)}</code> <span lang="en">${escapeHtml(why)}</span>`;
  return page(
    { zh: '未能登录', en: 'Not signed in' },
    `<p>应用的请求有误，请把下面的代码告诉应用的维护者，或回到应用重新开始。</p>
<p lang="en">The app's request is not right. Tell who maintains the app this code, or start again from the app.</p>
<p>${code}</p>`,
  );
}

/** What went wrong, and what to do next. */
export function problemPage(problem: Problem): Page {
  const { zh, en } = problem.text;
  return page({ zh: '未能登录', en: 'Not signed in' }, `<p>${escapeHtml(zh)}</p>\n<p lang="en">${escapeHtml(en)}</p>`, {
    status: problem.kind.status,
    retryAfter: problem.details.retryAfter,
  });
}

function page(
  { zh, en }: Bilingual,
  body: string,
  { status = 200, formAction = "'self'", retryAfter }: Partial<Omit<Page, 'html'>> = {},
): Page {
  const html = `<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>一站 · ${escapeHtml(zh)} / Yizhan ${escapeHtml(en)}</title>
<link rel="stylesheet" href="/docs/site.css">
</head>
<body>
<main class="text">
<h1>${escapeHtml(zh)} <small lang="en">${escapeHtml(en)}</small></h1>
${body}
</main>
</body>
</html>
`;
  return { html, status, formAction, retryAfter };
}
