// npm hands a SIGTERM to the shell that it starts us in, and many shells die of it without passing it on. So under npm the
// death of that shell counts as one.

const parent = process.ppid;

if (process.env.npm_lifecycle_event !== undefined) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}
