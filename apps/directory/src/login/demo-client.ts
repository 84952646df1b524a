/**
 * The client of the guided tour. Its secret is in everybody's hands: it exists only where the demo was seeded, and a process
 * that is not a demo refuses to start beside it.
 */
export const DEMO_CLIENT = {
  clientId: 'yizhan-tour',
  secret: 'yz_demo_everybody_knows_this_one',
  redirectUri: 'http://127.0.0.1/yizhan-tour',
};
