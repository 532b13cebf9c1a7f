/** Keeps addresses of files that only the browser has. */

/**
 * Give `blob:` addresses an empty fragment. The host adds a query to every address but `data:` (`handleUrl` in
 * @jupyterlab/rendermime 4), and a blob with a query is not found; in a fragment it is ignored. JupyterLite's drive gives
 * such addresses.
 */
export function keepBlobs(resolver: unknown): unknown {
  if (typeof resolver !== "object" || resolver === null) return resolver;
  return new Proxy(resolver, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "getDownloadUrl") return value.bind(target);
      return async (path: string): Promise<string> => {
        const url = String(await value.call(target, path));
        return url.startsWith("blob:") ? `${url}#` : url;
      };
    },
  });
}
