// Preloaded into the processes that tests start: a broker outlives no test run, however that run ended.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
