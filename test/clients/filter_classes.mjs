// Why scim2-parse-filter finds something else than scimver does.  A class of results corrects
// how it compares: corrected in all of them it must find what scimver does, and a difference
// falls into those without which it would not.  A class of refusals names what the generator
// broke, or what of the library's grammar is narrower.
import { Tester } from "scim2-parse-filter";
import { core } from "./users.mjs";

const fold = (value) => (typeof value === "string" ? value.toLowerCase() : value);
const decoded = (value) => (typeof value === "string" ? value.replace(/\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16))) : value);

export const corrections = {
	"the case of values": "values that are not caseExact are compared without it (RFC 7643 section 2.2)",
	"ne, where there is no value": "what is not there differs (scimver's reference; RFC 7644 does not say)",
	"null": "eq null is not (... pr), ne null is pr: null is unassigned (RFC 7643 section 2.5)",
	"one and the same value": "must meet what stands in brackets (RFC 7644 section 3.4.2.2); it asks of each part whether any value does",
	"the URN of the core schema": "it may stand in front of an attribute (RFC 7644 section 3.10)",
	"escapes": "strings are those of JSON (RFC 7644 section 3.4.2.2); it decodes \\\" alone",
};

class Corrected extends Tester {
	constructor(all) {
		super();
		this.all = all;
	}

	attrPath(path) {
		return super.attrPath(this.all.has("the URN of the core schema") && path.startsWith(`${core}:`) ? path.slice(core.length + 1) : path);
	}

	test(resource, filter) {
		if (filter.op === "[]" && this.all.has("one and the same value"))
			return this.attrTest(this.attrPath(filter.attrPath), resource, (values) => [values].flat().some((value) => this.test(value, filter.valFilter)));
		if (!["eq", "ne"].includes(filter.op)) return super.test(resource, filter);
		const has = this.attrTest(this.attrPath(filter.attrPath), resource, () => true);

		if (filter.compValue === null && this.all.has("null")) return has === (filter.op === "ne");
		if (filter.op === "ne" && !has && this.all.has("ne, where there is no value")) return true;
		return super.test(resource, filter);
	}
}
for (const op of ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]) {
	Corrected.prototype[op] = function (found, wanted) {
		let pair = [found, wanted];

		if (this.all.has("escapes")) pair = [found, decoded(wanted)];
		if (this.all.has("the case of values")) pair = pair.map(fold);
		return Tester.prototype[op].call(this, ...pair);
	};
}

// Does it match, with these corrections?
export const matches = (filter, all) => {
	const tester = new Corrected(all);

	return (resource) => tester.test(resource, filter);
};

// ours: {found} or {error}; theirs: {found} or {error}
export const refusals = [
	{
		name: "what scimver refuses",
		why: "the grammar is strict, and a comparison suits its attribute (RFC 7644 section 3.4.2.2, table 3): INVALID_FILTER; it knows no schema, and reads more",
		holds: (c) => c.broken && c.ours.error?.startsWith("INVALID_FILTER") && c.theirs.found !== undefined,
	},
	{
		name: "a name with $",
		why: "$ref is a name (RFC 7643 section 2.1, as corrected), which it does not read",
		holds: (c) => !c.broken && c.text.includes(".$ref") && c.ours.found !== undefined && c.theirs.error?.includes("$ref"),
	},
];
