/** An address in the configuration. */
import { z } from 'zod';
import { addressFault, type AddressFault } from '../lib/http.ts';

const words: Record<AddressFault, string> = {
  none: 'is not an address, such as https://host.example/path',
  user: 'holds a user or a password; these belong in the fields for them',
  hash: 'holds a #, which no server ever gets',
  scheme: 'does not start with https://',
  local: 'does not start with https://; only this computer itself may do without',
};

export const address = z.string().superRefine((text, context) => {
  const fault = addressFault(text);
  // One with a password is not quoted: mistakes are logged.
  const named = fault === 'user' ? 'the address' : JSON.stringify(text);
  if (fault) context.addIssue({ code: 'custom', message: `${named} ${words[fault]}` });
});
