// Random filters of users.  One in six breaks a rule, which "broken" names.
import { core, enterprise, words } from "./users.mjs";

const strings = {
	userName: ["user1", "USER2", "user30"],
	title: words.title,
	nickName: words.nickName,
	"name.givenName": words.givenName,
	"name.familyName": words.familyName,
	[`${core}:title`]: words.title,
	"emails.value": words.value,
	"emails.type": words.type,
	"phoneNumbers.value": words.value,
	"addresses.locality": words.locality,
	[`${enterprise}:department`]: words.department,
	[`${enterprise}:manager.value`]: words.manager,
};
const present = [...Object.keys(strings), "active", "name", "emails", "addresses", "displayName", `${enterprise}:manager`, `${enterprise}:manager.$ref`];
const operators = ["eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

const spelled = (random, word) => (random.chance(10) ? word.toUpperCase() : word);

// A string of JSON: a part of a word where the operator takes parts, now and then with escapes.
function string(random, word, op) {
	const part = ["co", "sw", "ew"].includes(op) && random.chance(60) ? word.slice(op === "ew" ? -2 : 0, op === "ew" ? undefined : 2) : word;

	return random.chance(6) ? `"\\u00${part.charCodeAt(0).toString(16)}${part.slice(1)}"` : JSON.stringify(part);
}

function comparison(random, names = Object.keys(strings), pool = strings) {
	const name = random.one(names);
	const op = random.one(operators);

	return `${random.chance(8) && !name.includes(":") ? name.toUpperCase() : name} ${spelled(random, op)} ${string(random, random.one(pool[name]), op)}`;
}

function term(random) {
	switch (random.below(10)) {
		case 0: return `${random.one(present)} ${spelled(random, "pr")}`;
		case 1: return `active ${random.one(["eq", "ne"])} ${random.chance(50)}`;
		case 2: return `${random.one(["emails", "phoneNumbers"])}[${inside(random)}]`;
		case 3: return `${random.one(["title", "name", "displayName", "emails.value"])} ${random.one(["eq", "ne"])} null`;
		case 4: return `meta.lastModified ${random.one(["gt", "ge", "lt", "le"])} "${random.one(["2011-05-13T04:42:34Z", "2999-01-01T00:00:00+02:00"])}"`;
		default: return comparison(random);
	}
}

const inside = (random) => {
	const one = () => (random.chance(20) ? "primary eq true" : comparison(random, ["type", "value"], words));

	return random.chance(50) ? one() : `${one()} ${random.one(["and", "or"])} ${one()}`;
};

function tree(random, depth) {
	if (depth === 0 || random.chance(35)) return term(random);
	switch (random.below(5)) {
		case 0: return `not (${tree(random, depth - 1)})`;
		case 1: return `(${tree(random, depth - 1)})`;
		default: return `${tree(random, depth - 1)} ${spelled(random, random.one(["and", "or"]))} ${tree(random, depth - 1)}`;
	}
}

const mistakes = {
	spaces: (random) => tree(random, 1).replace(" ", "  "),
	"an unknown attribute": () => `shoeSize pr`,
	"an operator that a type does not take": (random) => `active ${random.one(["gt", "co", "sw"])} true`,
	"a value of another type": (random) => random.one([`active eq "true"`, `title eq true`, `title eq 1`, `userName co false`]),
	"a complex attribute that is compared": (random) => random.one([`name eq "Ada"`, `emails co "x"`]),
	"not without parentheses": (random) => `not ${comparison(random)}`,
	"a sub-attribute behind brackets": () => `emails[type eq "work"].value co "x"`,
	"nothing there": (random) => random.one([`title eq`, `title`, `and`, `()`, `emails[]`, `title eq "a" and`]),
	"a string that does not end": () => `title eq "Gui`,
	"brackets that do not close": (random) => random.one([`(title pr`, `emails[type pr`, `title pr)`]),
	"an attribute of an extension by its name alone": () => `department pr`,
};

export function filter(random) {
	if (!random.chance(16)) return { text: tree(random, 3) };
	const broken = random.one(Object.keys(mistakes));

	return { text: mistakes[broken](random), broken };
}
