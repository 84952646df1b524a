/**
 * The client of the guided tour. Its secret is in everybody's hands: it exists only where the demo was seeded, and a process
 * that is not a demo refuses to start beside it.
 */
export const DEMO_CLIENT = {
  clientId: 'yizhan-tour',
  secret: 'yz_demo_everybody_knows_this_one',
  redirectUri: 'http://127.0.0.1/yizhan-tour',
};

/** The API page (/docs) as an app of its own: public, so PKCE alone protects its codes. Exists in the demo only. */
export const DOCS_CLIENT = { clientId: 'docs', redirectPath: '/docs/oauth2-redirect.html' };
