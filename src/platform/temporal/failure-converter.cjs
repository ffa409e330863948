// CommonJS, because Temporal's SDK loads it by path with `require`, in workers, in clients and in the workflow bundle.
const { DefaultFailureConverter } = require('@temporalio/common');

/** Puts message and stack trace of every failure into a payload, where the codec encrypts them. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
