/** Removes metadata from pictures before they are uploaded, and turns them upright. */

/** The markers of EXIF in JPEG, PNG and WebP, and of XMP; each can hold a location. */
const METADATA_MARKERS = ["Exif\0\0", "eXIf", "EXIF", "http://ns.adobe.com/xap/"];
/** How much of a file is searched for markers; an embedded thumbnail can come before them. */
const HEAD_BYTES = 1 << 18;
const JPEG_QUALITY = 0.95;

export interface CleanImage {
  readonly blob: Blob;
  /** Metadata was removed: location, camera, orientation. */
  readonly stripped: boolean;
}

async function hasMetadata(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join("");
  return METADATA_MARKERS.some((mark) => text.includes(mark));
}

async function redraw(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
  const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, JPEG_QUALITY);
  });
}

/** Redraw a picture that has metadata; return any other file unchanged. */
export async function stripMetadata(file: Blob): Promise<CleanImage> {
  if (!file.type.startsWith("image/") || !(await hasMetadata(file))) return { blob: file, stripped: false };
  return { blob: await redraw(file), stripped: true };
}
