// A diagram-js "translate" service over one or more dictionaries; the first that knows a text wins
export function translator(...dictionaries) {
  function translate(template, replacements = {}) {
    const known = dictionaries.find(d => d[template] !== undefined);
    return (known?.[template] ?? template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
  }
  return { translate: ['value', translate] };
}
