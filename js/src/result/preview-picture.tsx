/** The picture of a clip that is being made, as its provider sends them; the next one takes its place. */

import { useLayoutEffect, useState } from "preact/hooks";
import { strings } from "../text/strings";

export function PreviewPicture({ picture }: { picture: Blob }) {
  const [url, setUrl] = useState("");
  useLayoutEffect(() => {
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  // What the browser can't decode is not shown: the dots stay.
  return url === "" ? null : (
    <img
      class="videogen-preview"
      src={url}
      alt={strings.preview}
      draggable={false}
      onError={() => setUrl("")}
    />
  );
}
