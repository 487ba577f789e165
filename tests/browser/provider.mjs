// A certified OpenID Connect provider (npm `oidc-provider`) in the test's own process, with a page that signs in whoever is
// named: `?as=` is typed into its form. What it signs, asks and refuses is its own.

import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'orfevre', secret: 'a secret of thirty-two characters' };

/** Scopes of their own at FranceConnect, each for the claim it is called like. */
const CIVIL = ['family_name', 'birthdate', 'birthplace', 'birthcountry', 'gender'];

const form = (uid) => `<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>
<form method="post" action="/interaction/${uid}"><label>Account <input name="account"></label><button>Sign in</button></form></html>`;

/**
 * Listens at once, and answers from `serve(back)` on: `back` is the address it sends people back to.
 *
 * @param {{ signed?: boolean, pkce?: boolean, level?: string }} options `signed`: the userinfo is a signed JWT; `pkce`: it is
 *   required; `level`: the level of assurance that it knows and vouches at (`acr`)
 */
export async function startProvider({ signed = false, pkce = true, level } = {}) {
  let provider;
  /** The queries of the requests to sign in. */
  const asked = [];
  let down = false;

  async function interact(request, response) {
    const details = await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      return response.end(form(details.uid));
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get('account');
    const grant = new provider.Grant({ accountId, clientId: CLIENT.id });
    grant.addOIDCScope(details.params.scope);
    return provider.interactionFinished(request, response, {
      login: { accountId, amr: ['pwd', 'mfa'], ...(level ? { acr: level } : {}) },
      consent: { grantId: await grant.save() },
    });
  }

  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    const shown = pathname.startsWith('/auth') || pathname.startsWith('/interaction/');
    if (!provider || (down && !shown)) return response.writeHead(503).end();
    if (pathname === '/auth') asked.push(new URLSearchParams(search));
    try {
      if (pathname.startsWith('/interaction/')) return await interact(request, response);
      return await provider.callback()(request, response);
    } catch (error) {
      return response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;

  return {
    issuer,
    asked,
    serve(back) {
      provider = new Provider(issuer, {
        clients: [{
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [back],
          token_endpoint_auth_method: signed ? 'client_secret_post' : 'client_secret_basic',
          require_auth_time: true,
          ...(signed ? { userinfo_signed_response_alg: 'RS256' } : {}),
        }],
        claims: {
          acr: null, amr: null, auth_time: null, openid: ['sub'], profile: ['name'], email: ['email'], given_name: ['given_name'], usual_name: ['usual_name'],
          ...Object.fromEntries(CIVIL.map((claim) => [claim, [claim]])),
        },
        ...(level ? { acrValues: [level] } : {}),
        conformIdTokenClaims: false,
        cookies: { keys: ['of a test'] },
        features: {
          claimsParameter: { enabled: true }, devInteractions: { enabled: false }, jwtUserinfo: { enabled: signed },
        },
        findAccount: (_, id) => ({
          accountId: id,
          claims: () => ({ sub: id, name: `Nom de ${id}`, given_name: 'Prénom', usual_name: `de ${id}`, family_name: `Nom de ${id}`, birthdate: '1990-02-03', email: `${id}@agents.example` }),
        }),
        interactions: { url: (_, { uid }) => `/interaction/${uid}` },
        pkce: { required: () => pkce },
      });
    },
    /** It answers browsers alone, or the server that trusts it again too. */
    setDown(value) {
      down = value;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
