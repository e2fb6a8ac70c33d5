// What the server wrote into the page: token, viewer, language, data, messages
const meta = name => document.querySelector(`meta[name=${name}]`)?.content ?? '';

export const csrfToken = () => meta('csrf-token');
export const viewerLogin = () => meta('viewer');
export const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';

/** The JSON of <script type="application/json" id=...>; undefined when the page has none. */
export function pageData(id = 'page-data') {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : undefined;
}

const messages = pageData('messages') ?? {};

/** The message in the viewer's language, its %(name)s filled. */
export function t(message, values = {}) {
  return (messages[message] ?? message).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? '');
}
