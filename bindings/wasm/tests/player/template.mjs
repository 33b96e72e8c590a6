// `{{…}}` in the strings of a scenario.

/** Replaces every `{{…}}` in `value` by what `lookup` finds for it. */
export async function fill(value, lookup) {
  if (typeof value === 'string') return fillText(value, lookup);
  if (Array.isArray(value)) return Promise.all(value.map((element) => fill(element, lookup)));
  if (typeof value !== 'object' || value === null) return value;
  const filled = {};
  for (const [name, member] of Object.entries(value)) {
    filled[await fillText(name, lookup)] = await fill(member, lookup);
  }
  return filled;
}

/** Braces may be nested; the innermost are filled first. */
async function fillText(text, lookup) {
  for (;;) {
    const end = text.indexOf('}}');
    if (end < 0) break;
    const start = text.lastIndexOf('{{', end);
    if (start < 0) throw new Error(`too many closing braces in ${text}`);
    const value = await lookup(text.slice(start + 2, end).trim());
    const [before, after] = [text.slice(0, start), text.slice(end + 2)];
    if (before === '' && after === '') return value;
    text = before + (typeof value === 'string' ? value : JSON.stringify(value)) + after;
  }
  if (text.includes('{{')) throw new Error(`open braces in ${text}`);
  return text;
}
