#!/usr/bin/env node
// The command line in a checkout: tools/run.mjs builds what is not built and brings what is missing, then runs it.

process.argv.splice(2, 0, "windrose");
await import("../tools/run.mjs");
