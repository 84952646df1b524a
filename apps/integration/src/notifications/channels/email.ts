import { Injectable } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import type { Account, Adapter, Outcome, Outgoing } from './adapter.js';
import type { EmailSettings } from './channel-settings.js';

const MILLISECONDS = 10_000;
const PERMANENT = 500;

/** E-mail over the school's own server (RFC 5321): 4xx is tried again, 5xx is not. What became of a mail after that nobody says. */
@Injectable()
export class Email implements Adapter<EmailSettings> {
  async send({ settings, secret }: Account<EmailSettings>, outgoing: Outgoing): Promise<Outcome> {
    const { host, port, encryption, from, user } = settings;
    const transport = createTransport({
      ...{ host, port, secure: encryption === 'tls' },
      ...{ requireTLS: encryption === 'starttls', ignoreTLS: encryption === 'none' },
      ...(user && { auth: { user, pass: secret } }),
      ...{ connectionTimeout: MILLISECONDS, greetingTimeout: MILLISECONDS, socketTimeout: MILLISECONDS },
      // No content is read from a file or an address.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    const { id, to, title, body, link, at } = outgoing;
    try {
      await transport.sendMail({
        ...{
          from,
          to: { name: '', address: to },
          subject: title,
          text: `${body}\n${link ? `\n${link}\n` : ''}\n${at}\n`,
        },
        // The same in all attempts: whoever gets it twice can tell.
        messageId: `<${id}@${from.slice(from.indexOf('@') + 1)}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { state: 'sent', reference: null };
    } catch (error) {
      const { responseCode, code = 'SMTP' } = error as { responseCode?: number; code?: string };
      const problem = responseCode ? `SMTP_${responseCode}` : code;
      // A wrong password is the server's matter, not the receiver's.
      const refused = code !== 'EAUTH' && responseCode !== undefined && responseCode >= PERMANENT;
      return { state: refused ? 'failed' : 'again', problem };
    } finally {
      transport.close();
    }
  }
}
