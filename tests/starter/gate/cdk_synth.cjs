// Synthesises compiled CDK apps, all in this process: node cdk_synth.cjs JOBS.json
// JOBS: [{name, infra, app, context, out}]; prints {name: what it said or why it failed}.
const { readFileSync } = require("node:fs");

const told = {};
for (const { name, infra, app, context, out } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const said = [];
  const writers = [process.stdout, process.stderr].map((stream) => [stream, stream.write]);
  for (const [stream] of writers) stream.write = (text) => said.push(String(text));
  try {
    process.chdir(infra);
    process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
    process.env.CDK_OUTDIR = out;
    require(app);
    process.emit("beforeExit", 0); // which is when an app synthesises itself
  } catch (error) {
    said.push(error.message);
  } finally {
    process.removeAllListeners("beforeExit");
    for (const [stream, write] of writers) stream.write = write;
  }
  told[name] = said.join("");
}
process.stdout.write(JSON.stringify(told));
