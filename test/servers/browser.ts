/** A person at a browser, as far as a sign-in needs one: follows redirects, keeps cookies, sends the first form of a page. */
interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

export interface Browser {
  visit(url: string): Promise<Page>;
  /** The address the sign-in ends at, unvisited, as a person would copy it from the address bar. */
  redirectOf(url: string): Promise<string>;
}

const MAX_STEPS = 20;

export function openBrowser(): Browser {
  const cookies = new Map<string, Map<string, string>>();

  async function load(url: string, form: URLSearchParams | null, stopAt: string | null = null): Promise<Page> {
    let [at, body] = [url, form];
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const headers = { cookie: cookiesFor(at) };
      const init: RequestInit = { redirect: 'manual', headers, ...(body === null ? {} : { method: 'POST', body }) };
      const response = await fetch(at, init);
      for (const line of response.headers.getSetCookie()) keep(at, line);
      const location = response.headers.get('location');
      if (location === null) return { url: at, status: response.status, text: await response.text() };
      await response.body?.cancel();
      [at, body] = [new URL(location, at).href, null];
      if (stopAt !== null && new URL(at).origin !== stopAt) return { url: at, status: 0, text: '' };
    }
    throw new Error(`more than ${MAX_STEPS} redirects from ${url}`);
  }

  function keep(url: string, line: string): void {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    const jar = cookies.get(new URL(url).host) ?? new Map<string, string>();
    cookies.set(new URL(url).host, jar);
    jar.set(pair.slice(0, at), pair.slice(at + 1));
  }

  function cookiesFor(url: string): string {
    return [...(cookies.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  return {
    async visit(url) {
      let page = await load(url, null);
      for (let form = formOf(page); form !== null; form = formOf(page)) page = await load(form.action, form.fields);
      return page;
    },
    redirectOf: async (url) => (await load(url, null, new URL(url).origin)).url,
  };
}

function formOf({ text, url }: Page): { action: string; fields: URLSearchParams } | null {
  const [, attributes, inside] = /<form([^>]*)>([\s\S]*?)<\/form>/i.exec(text) ?? [];
  if (attributes === undefined || inside === undefined) return null;
  const fields = new URLSearchParams();
  for (const [input] of inside.matchAll(/<input[^>]*>/gi)) {
    const name = attribute(input, 'name');
    if (name !== null) fields.append(name, attribute(input, 'value') ?? '');
  }
  return { action: new URL(attribute(attributes, 'action') ?? url, url).href, fields };
}

function attribute(tag: string, name: string): string | null {
  return new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? null;
}
