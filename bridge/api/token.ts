import type { Api } from './api.ts';

/** What the token that asks is: for whoever sets the extension up, and asks whether all is well. */
export function token({ app, allowed, answer }: Api): void {
  app.get('/api/token', async (c) => {
    const who = await allowed(c);
    if ('answer' in who) return who.answer;
    return answer(c, { name: who.name, scopes: who.scopes });
  });
}
