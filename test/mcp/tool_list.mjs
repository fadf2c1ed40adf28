// What a list of tools must be, so that every framework can convert it.
import Ajv2020 from "ajv/dist/2020.js";
import { is, ok } from "./tap.mjs";

// What one framework or other cannot convert: of no type or of several, an array of anything, an object of nobody knows what.
function oddities(way, schema) {
  const { type, anyOf, items, properties = {} } = schema;
  const odd = [];
  if ((typeof type === "string") === Array.isArray(anyOf)) odd.push(`${way}: ${type ? "" : "no "}type`);
  if (anyOf?.some((choice) => typeof choice.type !== "string")) odd.push(`${way}: a choice of no single type`);
  if (type === "array" && !items) odd.push(`${way}: no items`);
  if (type === "object" && !Object.keys(properties).length && way !== "scim_server_info inputSchema" && !way.includes("outputSchema/")) odd.push(`${way}: no properties`);
  if (Object.hasOwn(properties, "$ref")) odd.push(`${way}: a property $ref`);
  const inner = [...Object.entries(properties), ...(items ? [["[]", items]] : []), ...(anyOf ?? []).map((choice) => ["anyOf", choice])];
  return [...odd, ...inner.flatMap(([step, value]) => oddities(`${way}/${step}`, value))];
}

export function checkTools(name, tools) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ok(tools.length >= 20, `${name}: the tools are listed`, tools.length);
  const bad = tools.flatMap((tool) => ["inputSchema", "outputSchema"].flatMap((part) => oddities(`${tool.name} ${part}`, tool[part])));
  const shown = tools.map(({ name, description, inputSchema }) => Buffer.byteLength(JSON.stringify({ name, description, inputSchema })));
  ok(shown.reduce((a, b) => a + b) <= 10000 * 4, `${name}: the list is no more than 10,000 tokens of four bytes`, shown);
  for (const tool of tools) {
    for (const part of ["inputSchema", "outputSchema"]) {
      try { ajv.compile(tool[part]); } catch (e) { bad.push(`${tool.name} ${part}: ${e.message}`); }
    }
    const a = tool.annotations ?? {};
    if (!["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"].every((h) => typeof a[h] === "boolean")) bad.push(`${tool.name}: annotations`);
    if (!tool.title || !tool.description) bad.push(`${tool.name}: title or description`);
  }
  is(bad, [], `${name}: every tool is described whole`);
  return Object.fromEntries(tools.map((t) => [t.name, ajv.compile(t.outputSchema)]));
}
