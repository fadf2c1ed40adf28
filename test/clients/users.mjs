// Random users and what patches and filters can say of them.  Values are few, so that they meet.
export const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const core = "urn:ietf:params:scim:schemas:core:2.0:User";

export const words = {
	title: ["Guide", "Captain", "Tour Guide", "guide"],
	nickName: ["Ada", "ada", "Countess", "C. 1"],
	givenName: ["Ada", "Grace", "ada"],
	familyName: ["King", "Hopper", "O'Neil"],
	formatted: ["Ada King", "Grace Hopper"],
	value: ["a@x.org", "b@x.org", "A@x.org", "c@y.com"],
	type: ["work", "home", "other"],
	locality: ["Ulm", "Bonn"],
	country: ["DE", "FR"],
	department: ["Tours", "Ships", "Tours and Ships"],
	costCenter: ["1", "10", "2"],
	manager: ["26118915", "701984"],
};

// {type, value, primary} of distinct types, one of them primary at most
export function values(random) {
	const chosen = random.below(6);

	return random.some(words.type, 60).map((type, i) => ({
		type,
		value: random.one(words.value),
		...(i === chosen ? { primary: true } : random.chance(20) ? { primary: false } : {}),
	}));
}

export function addresses(random) {
	return random.some(["work", "home"], 60).map((type) => ({ type, locality: random.one(words.locality), country: random.one(words.country) }));
}

// an object of some of its keys, or undefined
function object(random, made) {
	const kept = random.some(Object.keys(made), 70);

	return kept.length ? Object.fromEntries(kept.map((key) => [key, made[key]()])) : undefined;
}

export const name = (random) =>
	object(random, {
		givenName: () => random.one(words.givenName),
		familyName: () => random.one(words.familyName),
		formatted: () => random.one(words.formatted),
	});

export const employee = (random) =>
	object(random, {
		department: () => random.one(words.department),
		costCenter: () => random.one(words.costCenter),
		manager: () => ({ value: random.one(words.manager) }),
	});

export function user(random, userName) {
	const extension = employee(random);
	const made = object(random, {
		title: () => random.one(words.title),
		nickName: () => random.one(words.nickName),
		active: () => random.chance(50),
		name: () => name(random),
		emails: () => values(random),
		phoneNumbers: () => values(random),
		addresses: () => addresses(random),
		[enterprise]: () => extension,
	});

	return normal({ schemas: extension ? [core, enterprise] : [core], userName, ...made });
}

// Without what is unassigned (RFC 7643 section 2.5), with keys in order.
export function normal(value) {
	if (Array.isArray(value)) return value.map(normal);
	if (value === null || typeof value !== "object") return value;
	const kept = Object.entries(value)
		.map(([key, part]) => [key, normal(part)])
		.filter(([, part]) => part !== null && part !== undefined && !(typeof part === "object" && Object.keys(part).length === 0));

	return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

// What of a resource its owner wrote, as the attributes at the top.
export function content(resource) {
	const { id, meta, schemas, groups, ...rest } = JSON.parse(JSON.stringify(resource));

	return normal(rest);
}
