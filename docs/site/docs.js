/* Swagger UI over the documents that /docs/settings.json names. */
/* global SwaggerUIBundle, SwaggerUIStandalonePreset */
(async () => {
  const settings = await (await fetch('/docs/settings.json')).json();
  const zh = document.documentElement.lang === 'zh';

  /** The document as it is shown: with the ways to get a token that this page has, and without what every operation repeats. */
  function shownDocument(text) {
    const spec = JSON.parse(text);
    offerWaysToSignIn(spec);
    for (const path of Object.values(spec.paths ?? {})) Object.values(path).forEach(shorten);
    return JSON.stringify(spec);
  }

  const words = (text) => (text ?? '').replace(/[\s。./]/g, '');

  function shorten(operation) {
    if (words(operation.description) === words(operation.summary)) delete operation.description;
    for (const response of Object.values(operation.responses ?? {}))
      for (const name of ['RateLimit', 'RateLimit-Policy', 'X-Request-Id']) delete response.headers?.[name];
  }

  /** A document knows how an app gets a token; here one can also be pasted, and the page itself is an app that people sign in to. */
  function offerWaysToSignIn(spec) {
    const schemes = spec.components?.securitySchemes ?? {};
    const flows = schemes.oauth2?.flows;
    if (flows) {
      delete flows.clientCredentials;
      if (!settings.client) delete schemes.oauth2;
    }
    schemes.token = {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: zh
        ? '粘贴访问令牌。演示校园：`npm run --silent token -- --as counselor`'
        : 'Paste an access token. Demo campus: `npm run --silent token -- --as counselor`',
    };
    for (const path of Object.values(spec.paths ?? {})) {
      for (const operation of Object.values(path)) {
        if (!Array.isArray(operation?.security) || operation.security.length === 0) continue;
        operation.security = [...(settings.client ? operation.security : []), { token: [] }];
      }
    }
  }

  /** What every operation can also say, in one line that opens, so that an operation fits a screen. */
  function foldProblems(Responses, { React, specSelectors }) {
    const h = React.createElement;
    return function FoldedResponses(props) {
      const isProblem = (_response, code) => /^[45]/.test(code);
      const problems = props.responses.filter(isProblem);
      const describe = (response) => {
        const name = response.get('$ref')?.split('/').pop();
        const shared = name && specSelectors.specJson().getIn(['components', 'responses', name]);
        return (shared ?? response).get('description');
      };
      return h(
        React.Fragment,
        null,
        h(Responses, { ...props, responses: props.responses.filterNot(isProblem) }),
        problems.size > 0 &&
          h(
            'details',
            { className: 'problems-folded' },
            h('summary', null, `${zh ? '出错时' : 'Problems'}: ${problems.keySeq().join(', ')}`),
            h(
              'ul',
              null,
              ...problems
                .entrySeq()
                .map(([code, response]) => h('li', { key: code }, h('b', null, code), ' ', describe(response)))
                .toArray(),
            ),
            h('a', { href: '/docs/problems' }, zh ? '全部问题代码' : 'All problem codes'),
          ),
      );
    };
  }

  const ui = SwaggerUIBundle({
    urls: settings.documents,
    dom_id: '#swagger-ui',
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: -1,
    filter: true,
    validatorUrl: null,
    persistAuthorization: false,
    oauth2RedirectUrl: `${location.origin}/docs/oauth2-redirect.html`,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [
      {
        statePlugins: {
          spec: { wrapActions: { updateSpec: (update) => (text) => update(text ? shownDocument(text) : text) } },
        },
        wrapComponents: { responses: foldProblems },
      },
    ],
    layout: 'StandaloneLayout',
    onComplete: () => {
      if (new URLSearchParams(location.search).has('signin'))
        document.querySelector('#swagger-ui .auth-wrapper .authorize')?.click();
    },
  });
  if (settings.client)
    ui.initOAuth({ clientId: settings.client, scopes: settings.scopes, usePkceWithAuthorizationCodeGrant: true });
  if (settings.origin !== location.origin) {
    const note = document.querySelector('.docs-help .elsewhere');
    note.hidden = false;
    note.querySelector('a').href = `${settings.origin}/docs`;
    note.querySelector('a').textContent = `${settings.origin}/docs`;
  }
})();
