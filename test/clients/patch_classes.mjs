// Why other libraries make something else of a patch than scimver does.  A class takes what one
// operation was, on what, and what became of it on both sides; none of them is a fault of
// scimver: "why" says what RFC 7644, or scimver's reference, has it do.
//
// A case: {library, before, operation, op, key, filter, sub, found, ours, theirs}: "key" is the
// attribute at the top that the path names (none: no path), "found" the values of it that the
// filter matches, whatever their case; "ours" and "theirs" are {content} or {error}.
import { content, core, enterprise, normal } from "./users.mjs";
import { matches } from "./theirs.mjs";

const multiple = ["emails", "phoneNumbers", "addresses"];
const names = ["title", "nickName", "active", "name", "userName", ...multiple, enterprise];
const same = (a, b) => JSON.stringify(normal(a)) === JSON.stringify(normal(b));
const lower = (value) => JSON.parse(JSON.stringify(value).toLowerCase());

// A path, taken apart.
export function apart(path) {
	if (path === undefined) return {};
	if (path === enterprise || path.startsWith(`${enterprise}:`)) return { key: enterprise, sub: path.slice(enterprise.length + 1) || undefined };
	const [, key, filter, sub] = /^([^[.]*)(?:\[(.*)\])?(?:\.(.*))?$/.exec(path.replace(`${core}:`, ""));

	return { key, filter, sub };
}

export function case_of(library, before, operation, ours, theirs) {
	const place = apart(operation.path);
	const values = place.filter ? (before[place.key] ?? []) : [];

	return {
		library, before, operation, ours, theirs, ...place,
		op: operation.op.toLowerCase(),
		found: place.filter ? values.filter((value) => matches(lower(place.filter))(lower(value))) : [],
		exact: place.filter ? values.filter((value) => matches(place.filter)(value)) : [],
	};
}

// The attributes in which the two differ, where both succeeded.
export function differing({ ours, theirs }) {
	const keys = new Set([...Object.keys(ours.content ?? {}), ...Object.keys(theirs.content ?? {})]);

	return [...keys].filter((key) => !same(ours.content?.[key] ?? null, theirs.content?.[key] ?? null));
}

const both = ({ ours, theirs }) => ours.content && theirs.content;
const only = (c, ...keys) => both(c) && differing(c).every((key) => keys.includes(key));
const primaries = (values) => (Array.isArray(values) ? values.filter((value) => value?.primary === true).length : 0);
// what a pathless operation, or one at the key, gives for a key
const given = (c, key) => (c.key === undefined ? c.operation.value?.[key] : c.key === key && !c.sub && !c.filter ? c.operation.value : undefined);

export const classes = [
	{
		name: "no value matches",
		why: "NO_TARGET (sections 3.5.2.1 to 3.5.2.3; profiles can have it otherwise): they make a value, or do nothing",
		holds: (c) => c.filter && c.found.length === 0 && c.ours.error?.startsWith("NO_TARGET") && c.theirs.content,
	},
	{
		name: "more than one primary",
		why: "at most one is true (RFC 7643 section 2.4): the new one takes the place of the old one, two new ones are INVALID_VALUE",
		holds: (c) =>
			c.ours.content
				? only(c, ...multiple) && differing(c).every((key) => primaries(c.theirs.content[key]) > 1 && primaries(c.ours.content[key]) === 1)
				: /^INVALID_VALUE.*primary/.test(c.ours.error) && c.found.length > 1,
	},
	{
		name: "one value for an array",
		why: "replace sets the whole attribute, of which the value is an array: INVALID_VALUE",
		holds: (c) => c.op === "replace" && multiple.includes(c.key) && !c.filter && !Array.isArray(c.operation.value) && /^INVALID_VALUE.*must be an array/.test(c.ours.error ?? ""),
	},
	{
		name: "a single value becomes the attribute",
		why: "add appends it, to an attribute without values, too",
		holds: (c) =>
			c.library === "scim-patch" && c.op === "add" && multiple.includes(c.key) && !c.filter && !c.before[c.key] && only(c, c.key) &&
			same(c.ours.content[c.key], [c.operation.value]) && same(c.theirs.content[c.key], c.operation.value),
	},
	{
		name: "the URN of an extension, taken apart",
		why: "it names the extension (section 3.10); scim-patch takes what stands behind its last colon for an attribute",
		holds: (c) =>
			c.library === "scim-patch" && c.ours.content && ((c.key === enterprise && !c.sub) || (c.key === undefined && enterprise in c.operation.value)) &&
			only(c, enterprise, enterprise.replace(/:User$/, "")) && (c.theirs.content[enterprise] === undefined || same(c.theirs.content[enterprise], c.before[enterprise])),
	},
	{
		name: "an extension that is removed",
		why: "its URN is a path (section 3.10); scimmy cannot remove it",
		holds: (c) => c.library === "scimmy" && c.op === "remove" && c.key === enterprise && !c.sub && c.ours.content && !c.ours.content[enterprise] && c.theirs.error,
	},
	{
		name: "the case of names",
		why: "names of attributes are case-insensitive (RFC 7643 section 2.1)",
		holds: (c) =>
			c.key && !names.includes(c.key) && names.some((name) => name.toLowerCase() === c.key.toLowerCase()) && c.ours.content &&
			(c.theirs.error?.startsWith("invalidPath") || only(c, c.key, ...names.filter((name) => name.toLowerCase() === c.key.toLowerCase()))),
	},
	{
		name: "the URN of the core schema",
		why: "it may stand in front of an attribute (section 3.10)",
		holds: (c) => c.library === "scimmy" && c.operation.path?.startsWith(`${core}:`) && c.ours.content && c.theirs.error?.startsWith("invalidPath"),
	},
	{
		name: "the case of values",
		why: "values that are not caseExact are compared without it (section 3.4.2.2)",
		holds: (c) => c.filter && c.found.length > c.exact.length,
	},
	{
		name: "a value that is chosen is replaced",
		why: "the value takes the place of each that matches (section 3.5.2.3); scim-patch merges it into them, scimmy appends it",
		holds: (c) => {
			if (c.op !== "replace" || !c.filter || c.sub || c.found.length === 0 || !only(c, c.key)) return false;
			const kept = c.before[c.key].filter((value) => !c.found.includes(value));
			const value = normal(c.operation.value);

			return (
				c.ours.content[c.key].some((element) => same(element, value)) &&
				(c.library === "scimmy"
					? same(c.theirs.content[c.key], [...kept, value])
					: same(c.theirs.content[c.key], c.before[c.key].map((element) => (c.found.includes(element) ? { ...element, ...value } : element))))
			);
		},
	},
	{
		name: "sub-attributes that a value leaves out",
		why: "add and replace of a complex attribute set what is given, the rest stays (sections 3.5.2.1, 3.5.2.3); they replace all of it",
		holds: (c) =>
			only(c, "name", enterprise) && differing(c).length > 0 &&
			differing(c).every((key) => {
				const [value, had] = key === enterprise && c.sub === "manager" ? [{ manager: c.operation.value }, c.before[key]] : [given(c, key), c.before[key]];

				return value && same(c.ours.content[key], { ...had, ...value }) && same(c.theirs.content[key], key === enterprise && c.sub ? { ...had, ...value } : value);
			}),
	},
	{
		name: "values to remove where there are none",
		why: "removing what is not there changes nothing; they fail",
		holds: (c) => c.op === "remove" && multiple.includes(c.key) && !c.filter && c.operation.value !== undefined && !c.before[c.key] && same(c.ours.content, content(c.before)) && c.theirs.error,
	},
	{
		name: "values to remove, of which less is said",
		why: "those are removed that have all that is listed (scimver's reference; RFC 7644 knows no value of remove); scim-patch wants them whole",
		holds: (c) =>
			c.library === "scim-patch" && c.op === "remove" && multiple.includes(c.key) && !c.filter && c.operation.value !== undefined && only(c, c.key) &&
			c.theirs.content[c.key].filter((value) => !(c.ours.content[c.key] ?? []).some((kept) => same(kept, value))).every((value) => [c.operation.value].flat().some((listed) => same(value, { ...value, ...listed }))),
	},
	{
		name: "a list without a path is added to",
		why: "replace sets what the value names (section 3.5.2.3); scimmy appends",
		holds: (c) =>
			c.library === "scimmy" && c.op === "replace" && c.key === undefined && only(c, ...multiple) &&
			differing(c).every((key) => same(c.ours.content[key] ?? [], c.operation.value[key]) && same(c.theirs.content[key], [...(c.before[key] ?? []), ...c.operation.value[key]])),
	},
	{
		name: "a value that is there already",
		why: "add does not repeat it (section 3.5.2.1)",
		holds: (c) =>
			c.op === "add" && both(c) && multiple.some((key) => given(c, key)) &&
			differing(c).every((key) => {
				const added = [given(c, key)].flat();
				const had = c.before[key] ?? [];

				return same(c.theirs.content[key], [...had, ...added]) && same(c.ours.content[key], [...had, ...added.filter((value) => !had.some((one) => same(one, value)))]);
			}),
	},
	{
		name: "a sub-attribute of an extension's attribute",
		why: "a path leads through what is not there yet (section 3.5.2.1); scimmy finds no target",
		holds: (c) =>
			c.library === "scimmy" && c.op !== "remove" && c.sub === "manager.value" && c.theirs.error?.startsWith("noTarget") &&
			same(c.ours.content, content({ ...c.before, [enterprise]: { ...c.before[enterprise], manager: { value: c.operation.value } } })),
	},
	{
		name: "removed first, and then looked for",
		why: "the filter chooses among what was there (section 3.5.2.3); scimmy removes the sub-attribute before it looks once more",
		holds: (c) => c.library === "scimmy" && c.op === "replace" && c.sub && c.filter?.includes(c.sub) && c.found.length > 0 && c.ours.content && c.theirs.error?.startsWith("noTarget"),
	},
];
