import { Config } from '#config';
import { Client, ClientSecret } from '../clients/client.entity.js';
import { ClientsController } from '../clients/clients.controller.js';
import { ClientsService } from '../clients/clients.service.js';
import { Vault } from '../clients/vault.js';
import { DemoLoginController } from './demo-login.controller.js';
import { DemoLogin } from './demo-login.service.js';
import { Issuer } from './issuer.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { SigningKeysService } from './signing-keys.service.js';

/** What directory's module lists for the features `clients` and `login`. */
export const loginFeature = {
  entities: [Client, ClientSecret],
  controllers: [ClientsController, SigningKeysController, DemoLoginController],
  providers: [
    { provide: Vault, inject: [Config], useFactory: (config: Config) => Vault.fromFile(config.secretKeyFile) },
    ClientsService,
    SigningKeysService,
    Issuer,
    DemoLogin,
  ],
};
