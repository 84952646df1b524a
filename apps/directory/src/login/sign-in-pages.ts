import type { Bilingual } from '#contracts';
import { escapeHtml } from '#http';
import type { Persona } from './demo.js';

/** A page of the sign-in, in both languages at once: who reads it has not said theirs yet. */
export interface Page {
  html: string;
  status: number;
  /** Addresses beyond this server that its forms may lead to; browsers hold redirects to it too. */
  formAction: string;
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
export function problemPage({ zh, en }: Bilingual, status: number): Page {
  return page({ zh: '未能登录', en: 'Not signed in' }, `<p>${escapeHtml(zh)}</p>\n<p lang="en">${escapeHtml(en)}</p>`, {
    status,
  });
}

function page({ zh, en }: Bilingual, body: string, { status = 200, formAction = "'self'" } = {}): Page {
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
  return { html, status, formAction };
}
