// What a caller can tell apart by name.

/** This browser has no encoder for any codec that is tried; nothing was drawn. */
export class NoEncoder extends Error {
  override readonly name = "NoEncoder";
}

/** What was asked for can't be drawn as it is. */
export class BadOrder extends Error {
  override readonly name = "BadOrder";
}
