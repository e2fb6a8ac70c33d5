// Talk JSON with the server; whatever it refuses becomes a Refusal with the words of webui/errors.py
import { csrfToken, t } from './page.js';

export class Refusal extends Error {
  constructor(status, told) {
    super(told.message || told.title);
    this.status = status;
    this.told = told;
  }
}

/** Send `body` as JSON and return the JSON of the answer. Throws Refusal, also when the server cannot be reached. */
export async function call(method, url, body) {
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, {
      title: t('No connection'),
      message: t('The server does not answer. Check your connection and try again; nothing is lost.'),
    });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(response.status, answer.error ?? { title: t('Something went wrong'), message: String(response.status) });
  }
  return answer;
}
