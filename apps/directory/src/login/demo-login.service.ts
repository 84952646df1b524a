import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { errors, type Provider } from 'oidc-provider';
import { ACCESS_TOKEN } from '#auth';
import { Config } from '#config';
import { Database } from '#database';
import { assertNoDemoSecrets, demoPersonas } from './demo.js';
import { demoPage } from './demo-page.js';
import { Issuer } from './issuer.js';
import { LoginExpired, SsoNotConfigured, UnknownPersona } from './login.problems.js';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Signing in by choosing a persona: one click is login and consent. */
@Injectable()
export class DemoLogin implements OnApplicationBootstrap {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly issuer: Issuer,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return assertNoDemoSecrets(this.config, this.database.reader);
  }

  async page(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const { interaction } = await this.interaction(request, response);
    return demoPage(interaction.uid, await demoPersonas(this.database.reader));
  }

  /** Answers where to send the browser. */
  async choose(request: IncomingMessage, response: ServerResponse, name: string): Promise<string> {
    const { provider, interaction } = await this.interaction(request, response);
    const personas = await demoPersonas(this.database.reader);
    const persona = personas.find((one) => one.name === name);
    if (!persona)
      throw new UnknownPersona({ pointer: ':persona', params: { names: personas.map((one) => one.name).join(', ') } });

    const grant = new provider.Grant({ accountId: persona.personId, clientId: String(interaction.params.client_id) });
    const scope = String(interaction.params.scope ?? '');
    grant.addOIDCScope(scope);
    grant.addResourceScope(ACCESS_TOKEN.audience, scope);
    const result = { login: { accountId: persona.personId }, consent: { grantId: await grant.save() } };
    return provider.interactionResult(request, response, result, { mergeWithLastSubmission: false });
  }

  private async interaction(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ provider: Provider; interaction: Interaction }> {
    if (!this.config.demo) throw new SsoNotConfigured();
    const provider = await this.issuer.provider();
    try {
      return { provider, interaction: await provider.interactionDetails(request, response) };
    } catch (error) {
      throw error instanceof errors.SessionNotFound ? new LoginExpired() : error;
    }
  }
}
