/** A clip of the library or of the Videos panel that is dragged. */

/** The drag-and-drop type; its data is the job's id. */
export const JOB_TYPE = "application/x-videogen-job";
