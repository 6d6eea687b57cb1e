/** Why a link may not be offered, in words: for the options page and for what refuses settings. */
import { linkFault, type LinkFault } from './worklink.ts';

const sentences: Record<LinkFault, string> = {
  letters: 'A link holds no spaces, backslashes or control characters',
  resource: 'A WorkLink link starts with worklink://resource',
  scheme: 'A link starts with worklink:// or https://',
  'no-link': 'This is not a link',
  user: 'A link holds no user name or password',
  host: 'is not one of the hosts that links may name',
};

/** As {@link linkFault}. @returns null if the link may be offered, else why not, as a sentence */
export function allowedLink(link: string, hosts: readonly string[], only?: 'worklink' | 'https'): string | null {
  const fault = linkFault(link, hosts, only);
  if (fault === null) return null;
  return fault === 'host' ? `${new URL(link).host} ${sentences.host}` : sentences[fault];
}
