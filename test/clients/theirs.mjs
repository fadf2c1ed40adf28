// Other libraries, which answer {content} or {error}.
import { createRequire } from "node:module";
import SCIMMY from "scimmy";
import { content } from "./users.mjs";

const require = createRequire(import.meta.url);
const { patchBodyValidation, scimPatch } = require("scim-patch");
const { filter, parse } = require("scim2-parse-filter");

const message = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser, false);

async function outcome(apply) {
	try {
		return { content: content(await apply()) };
	} catch (error) {
		return { error: `${error.scimType ?? error.constructor.name}: ${error.message}` };
	}
}

const copy = (value) => JSON.parse(JSON.stringify(value));

// What a patch makes of a resource.
export const patchers = {
	"scim-patch": (resource, operations) =>
		outcome(() => {
			patchBodyValidation({ schemas: [message], Operations: operations });
			return scimPatch(copy(resource), copy(operations));
		}),
	scimmy: (resource, operations) =>
		outcome(async () => {
			const source = new SCIMMY.Schemas.User(copy(resource));
			return (await new SCIMMY.Messages.PatchOp({ schemas: [message], Operations: copy(operations) }).apply(source)) ?? source;
		}),
};

// Does a filter match a resource?  Throws if it cannot be read.
export const matches = (text) => filter(parse(text));
