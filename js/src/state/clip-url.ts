/** Finds the URL of a clip whose path is relative to the notebook. */

/** Percent-encode each part of a path. */
export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

interface Resolver {
  resolveUrl(url: string): Promise<string> | string;
}

const canResolve = (manager: unknown): manager is Resolver =>
  typeof (manager as Partial<Resolver> | null | undefined)?.resolveUrl === "function";

/**
 * JupyterLab and Notebook 7 know the notebook's folder, the server's base URL, drives and tokens: their manager
 * resolves against the notebook and then asks the contents service for a download URL. Managers without a notebook
 * (consoles, Voila) return the input unchanged.
 */
async function askManager(manager: unknown, path: string): Promise<string | null> {
  if (!canResolve(manager)) return null;
  try {
    const url = await manager.resolveUrl(path);
    return typeof url === "string" && url !== path ? url : null;
  } catch {
    return null;
  }
}

interface PageConfig {
  readonly baseUrl?: string;
  readonly notebookPath?: string;
  readonly appUrl?: string;
}

function readPageConfig(): PageConfig | null {
  try {
    return JSON.parse(
      document.getElementById("jupyter-config-data")?.textContent ?? "null",
    ) as PageConfig | null;
  } catch {
    return null;
  }
}

function guessFromPage(path: string): string | null {
  const config = readPageConfig();
  if (typeof config?.baseUrl !== "string") return null;
  const base = config.baseUrl.replace(/\/$/, "");
  if (config.appUrl === "voila/") return [base, "voila/files", ...readVoilaFolder(), path].join("/");
  const folder = (config.notebookPath ?? "").split("/").slice(0, -1).map(encodeURIComponent);
  return [base, "files", ...folder, path].join("/");
}

/** Voila serves files under a route of its own; only the page's URL has the notebook's folder, already encoded. */
function readVoilaFolder(): string[] {
  const [, notebook = ""] = location.pathname.split("/voila/render/");
  return notebook.split("/").slice(0, -1);
}

/** The path itself comes last: it is right where the page is in the notebook's folder. */
export async function resolveClipUrl(manager: unknown, src: string): Promise<string> {
  const path = encodePath(src);
  return (await askManager(manager, path)) ?? guessFromPage(path) ?? path;
}
