// Holds a transcript of tee.mjs against the schemas:	node transcripts.mjs FILE
import { checkTranscript } from "./transcript.mjs";

const { messages, errors } = checkTranscript(process.argv[2]);
if (!messages) errors.push("nothing was said");
for (const error of errors) console.log(error);
process.exit(errors.length ? 1 : 0);
