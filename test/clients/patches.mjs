// Random patches: users, and operations on them that RFC 7644 knows.
import { addresses, employee, enterprise, core, name, user, values, words } from "./users.mjs";

const simple = ["title", "nickName"];
const lists = ["emails", "phoneNumbers"];
const text = (random, key) => random.one(words[key]);

// A filter that finds values of a list: mostly one.
function chosen(random) {
	switch (random.below(8)) {
		case 0: return `value eq "${text(random, "value")}"`;
		case 1: return `type eq "${text(random, "type")}" and value eq "${text(random, "value")}"`;
		case 2: return `type eq "work" or type eq "home"`;
		case 3: return `primary eq true`;
		case 4: return `not (type eq "${text(random, "type")}")`;
		case 5: return `value co "x"`;
		default: return `type eq "${text(random, "type")}"`;
	}
}

const one = (random) => ({ type: text(random, "type"), value: text(random, "value"), ...(random.chance(20) ? { primary: random.chance(60) } : {}) });

// Each makes an operation but for its "op"; "remove" says that a remove takes no value.
const shapes = [
	(random) => { const key = random.one(simple); return { path: key, value: text(random, key) }; },
	() => ({ path: "active", value: false }),
	(random) => ({ path: "name.givenName", value: text(random, "givenName") }),
	(random) => ({ path: "name.familyName", value: text(random, "familyName") }),
	(random) => ({ path: "name", value: name(random) ?? { givenName: "Ada" } }),
	(random) => ({ path: random.one(lists), value: values(random) }),
	(random) => ({ path: random.one(lists), value: one(random) }),
	(random) => ({ path: `${random.one(lists)}[${chosen(random)}]`, value: one(random) }),
	(random) => ({ path: `${random.one(lists)}[${chosen(random)}].value`, value: text(random, "value") }),
	(random) => ({ path: `${random.one(lists)}[${chosen(random)}].primary`, value: random.chance(70) }),
	(random) => ({ path: `emails[type eq "${text(random, "type")}"].display`, value: text(random, "nickName") }),
	(random) => ({ path: "addresses", value: addresses(random) }),
	(random) => ({ path: `addresses[type eq "work"].locality`, value: text(random, "locality") }),
	(random) => ({ path: `addresses[type eq "work"]`, value: { country: text(random, "country") } }),
	(random) => ({ path: `${enterprise}:department`, value: text(random, "department") }),
	(random) => ({ path: `${enterprise}:manager.value`, value: text(random, "manager") }),
	(random) => ({ path: `${enterprise}:manager`, value: { value: text(random, "manager") } }),
	(random) => ({ path: enterprise, value: employee(random) ?? { costCenter: "2" } }),
	(random) => ({ path: `${core}:title`, value: text(random, "title") }),
	(random) => ({ path: random.one(["TITLE", "Title"]), value: text(random, "title") }),
	(random) => ({ value: { title: text(random, "title"), nickName: text(random, "nickName") } }),
	(random) => ({ value: { name: { givenName: text(random, "givenName") }, active: random.chance(50) } }),
	(random) => ({ value: { emails: [one(random)], addresses: addresses(random) } }),
	(random) => ({ value: { [enterprise]: { costCenter: text(random, "costCenter") } } }),
];

function operation(random) {
	const { path, value } = random.one(shapes)(random);
	const op = path ? random.one(["add", "replace", "remove"]) : random.one(["add", "replace"]);
	const spelled = random.chance(20) ? op[0].toUpperCase() + op.slice(1) : op;
	const listed = op === "remove" && lists.includes(path) && random.chance(50);

	return { op: spelled, ...(path ? { path } : {}), ...(op !== "remove" || listed ? { value } : {}) };
}

export function patch(random, i) {
	const operations = Array.from({ length: random.chance(60) ? 1 : 1 + random.below(3) }, () => operation(random));

	return { resource: user(random, `user${i}`), operations };
}
