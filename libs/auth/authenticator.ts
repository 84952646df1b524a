import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { Together } from '#events';
import { peopleWithPosts, type PersonWithPosts } from '#roster';
import { CampusClock } from '#time';
import { Actor } from './actor.js';
import { Revocations } from './revocations.js';
import { type Claims, KeysUnavailableError, TokenVerifier } from './token-verifier.js';

/** Statements under way that look up who asks; people that one of them looks up. */
const AT_ONCE = 1;
const MOST_TOGETHER = 100;

/** Turns an access token into who asks, with what the person's posts give today. */
@Injectable()
export class Authenticator {
  private readonly verifier: TokenVerifier;
  private readonly revocations: Revocations;
  /** One statement for all who ask while another is under way: never an answer from before somebody asked. */
  private readonly people: Together<string, Map<string, PersonWithPosts>>;

  constructor(
    config: Config,
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {
    this.verifier = new TokenVerifier(config.issuer, config.jwksUrl ?? `${config.issuer}/jwks`);
    this.revocations = new Revocations(database);
    this.people = new Together((ids) => this.peopleOf(ids), AT_ONCE, MOST_TOGETHER);
  }

  /** Undefined when the token is not, or no longer, good. Throws ServiceUnavailableException while the keys cannot be had. */
  async actorOf(token: string, requestId: string): Promise<Actor | undefined> {
    const claims = await this.claimsOf(token);
    if (!claims || (await this.revocations.isRevoked(claims))) return undefined;
    if (claims.personId === undefined) return Actor.app(claims.clientId, claims.permissions, requestId);
    const person = (await this.people.do([claims.personId])).get(claims.personId);
    if (!person?.active) return undefined;
    return Actor.person(
      claims.clientId,
      { id: person.id, student: person.kind === 'student', posts: person.posts },
      claims.permissions,
      requestId,
      claims.signedIn,
    );
  }

  private async peopleOf(ids: string[]): Promise<Map<string, PersonWithPosts>> {
    const people = await peopleWithPosts(this.database.connection, [...new Set(ids)], this.clock.today());
    return new Map(people.map((person) => [person.id, person]));
  }

  private async claimsOf(token: string): Promise<Claims | undefined> {
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof KeysUnavailableError) throw new ServiceUnavailableException(undefined, { cause: error });
      return undefined;
    }
  }
}
