// Preloaded into the processes that tests start, so that no broker outlives a test run.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
