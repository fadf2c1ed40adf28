// The same patches and filters, by scimver and by other libraries: where they differ, a class
// of the lists says why (patch_classes.mjs, filter_classes.mjs).  A difference without a class
// fails, and so does a class that nothing falls into any more.
import pg from "pg";
import { parse } from "scim2-parse-filter";
import { finish, is, ok } from "../mcp/tap.mjs";
import { corrections, matches, refusals } from "./filter_classes.mjs";
import { filter } from "./filters.mjs";
import { case_of, classes } from "./patch_classes.mjs";
import { patch } from "./patches.mjs";
import { Random } from "./random.mjs";
import { patchers } from "./theirs.mjs";
import { content, core, enterprise, normal, user } from "./users.mjs";

const default_seed = 3;
const seed = Number(process.env.SCIMVER_SEED ?? default_seed);
const patches = 600;
const filters = 700;

const options = Object.fromEntries(process.argv[2].trim().split(/\s+/).map((pair) => pair.split("=")));
const db = new pg.Client({ host: options.host, port: Number(options.port ?? 5432), user: options.user, database: options.dbname });
await db.connect();

// What a function answers; an error of it undoes nothing that was done before.
async function call(text, ...values) {
	await db.query("SAVEPOINT call");
	try {
		return { answer: (await db.query(`SELECT ${text} AS answer`, values)).rows[0].answer };
	} catch (error) {
		await db.query("ROLLBACK TO call");
		return { error: error.message };
	}
}

const create = (resource) => call("scim_create_user($1)", JSON.stringify(resource));

async function patched(resource, operations) {
	await db.query("BEGIN");
	const { answer: created, error: refused } = await create(resource);
	if (refused) throw new Error(`${refused}: ${JSON.stringify(resource)}`);
	const { answer, error } = await call("scim_patch_user($1, $2)", created.id, JSON.stringify(operations));
	await db.query("ROLLBACK");
	return error ? { error } : { content: content(answer) };
}

// How often each class was seen, and what was in none.
class Tally {
	constructor(library, classes) {
		this.library = library;
		this.seen = new Map(classes.map((name) => [name, 0]));
		this.same = 0;
		this.unknown = [];
	}

	add(names, difference) {
		if (names.length === 0) this.unknown.push(difference);
		for (const name of names) this.seen.set(name, this.seen.get(name) + 1);
	}

	report(what) {
		const differ = [...this.seen].filter(([, times]) => times > 0).map(([name, times]) => `${name}: ${times}`);

		ok(this.unknown.length === 0, `${this.library}: ${what}, ${this.same} the same; ${differ.join(", ")}`, this.unknown.slice(0, 5).map((one) => JSON.stringify(one)).join("\n"));
	}
}

// Each operation by itself, on what those before it have made of the resource.
async function compare_patches() {
	const random = new Random(seed);
	const names = classes.map(({ name }) => name);
	const tallies = Object.keys(patchers).map((library) => new Tally(library, names));
	const odd = [];

	for (let i = 0; i < patches; i++) {
		const { resource, operations } = patch(random, i);
		let before = resource;
		let ours;

		for (const operation of operations) {
			ours = await patched(before, [operation]);
			for (const tally of tallies) {
				const theirs = await patchers[tally.library](before, [operation]);
				if ((ours.error && theirs.error) || (ours.content && JSON.stringify(ours.content) === JSON.stringify(theirs.content))) {
					tally.same++;
				} else {
					const difference = case_of(tally.library, before, operation, ours, theirs);
					tally.add(classes.filter(({ holds }) => holds(difference)).slice(0, 1).map(({ name }) => name), { before, operation, ours, theirs });
				}
			}
			if (ours.error) break;
			before = { schemas: ours.content[enterprise] ? [core, enterprise] : [core], ...ours.content };
		}
		// and all at once the same: so what was compared one by one holds for the patch
		const whole = await patched(resource, operations);
		if (whole.error ? !ours.error : JSON.stringify(whole) !== JSON.stringify(ours)) odd.push({ resource, operations, whole, ours });
	}
	is(odd.slice(0, 3), [], `${patches} patches: operations by themselves make what they make together`);
	for (const tally of tallies) tally.report(`operations of ${patches} patches`);
	return names.filter((name) => tallies.every((tally) => tally.seen.get(name) === 0));
}

// The fewest corrections with which the library finds what we do.
function needed(find, found) {
	const kept = new Set(Object.keys(corrections));

	if (find(kept) !== found) return [];
	for (const name of [...kept]) {
		kept.delete(name);
		if (find(kept) !== found) kept.add(name);
	}
	return [...kept];
}

async function compare_filters() {
	const random = new Random(seed);
	const names = [...Object.keys(corrections), ...refusals.map(({ name }) => name)];
	const tally = new Tally("scim2-parse-filter", names);
	const shown = (users) => users.map(({ userName }) => userName).sort().join();
	const users = [];
	const unread = [];

	await db.query("BEGIN");
	while (users.length < 40) users.push((await create(user(random, `user${users.length}`))).answer);
	for (let i = 0; i < filters; i++) {
		const { text, broken } = filter(random);
		const { answer, error } = await call("scim_list_users(filter => $1, count => 1000)", text);
		const find = (tree, all) => shown(users.filter(matches(tree, all)));
		const ours = error ? { error } : { found: shown(answer.Resources) };
		let tree, theirs;

		try {
			tree = parse(text);
			theirs = { found: find(tree, new Set()) };
		} catch (refusal) {
			theirs = { error: refusal.message };
		}
		if (Boolean(error) !== Boolean(broken)) unread.push({ text, broken, error });
		if ((ours.error && theirs.error) || (!ours.error && ours.found === theirs.found)) tally.same++;
		else if (!ours.error && !theirs.error) tally.add(needed((all) => find(tree, all), ours.found), { text, ours, theirs });
		else tally.add(refusals.filter(({ holds }) => holds({ text, broken, ours, theirs })).map(({ name }) => name), { text, broken, ours, theirs });
	}
	await db.query("ROLLBACK");
	is(unread.slice(0, 3), [], "filters are refused where they break a rule, and nowhere else");
	tally.report(`${filters} filters`);
	return names.filter((name) => tally.seen.get(name) === 0);
}

const unseen = [...(await compare_patches()), ...(await compare_filters())];
await db.end();
if (seed === default_seed) is(unseen, [], "there is something in each class");
finish();
