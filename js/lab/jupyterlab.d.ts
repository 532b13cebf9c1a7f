// The parts of JupyterLab 4.2 to 4.6 that the extension uses. The browser tests hold them to be true; the packages'
// own types would be 282 packages more.

declare module "@lumino/coreutils" {
  export class Token<T> {
    readonly name: string;
    protected readonly held: T;
  }
}

declare module "*/styles.css" {
  const css: string;
  export default css;
}

declare module "@lumino/widgets" {
  export class Widget {
    readonly node: HTMLElement;
    readonly isDisposed: boolean;
    readonly isVisible: boolean;
    readonly isAttached: boolean;
    id: string;
    parent: Widget | null;
    readonly title: {
      label: string;
      caption: string;
      className: string;
      dataset: Record<string, string>;
      icon: unknown;
    };
    addClass(name: string): void;
    setHidden(hidden: boolean): void;
    dispose(): void;
    protected onAfterShow(): void;
    protected onAfterAttach(): void;
    protected onAfterHide(): void;
    protected onBeforeDetach(): void;
    protected onActivateRequest(): void;
  }
  export class Panel extends Widget {
    readonly widgets: readonly Widget[];
    addWidget(widget: Widget): void;
  }
}

declare module "@jupyterlab/rendermime" {
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";
  export type Data = Readonly<Record<string, unknown>>;
  export interface Model {
    readonly data: Data;
    readonly metadata: Data;
    readonly trusted: boolean;
    setData(options: { data?: Data; metadata?: Data }): void;
  }
  export type Renderer = Widget & { renderModel(model: Model): Promise<void> };
  export interface RendererOptions {
    readonly mimeType: string;
    /** Each notebook and each console has one of its own, which tells whose output this is. */
    readonly resolver: unknown;
  }
  export interface Factory {
    readonly safe: boolean;
    readonly mimeTypes: readonly string[];
    createRenderer(options: RendererOptions): Renderer;
  }
  export interface IRenderMimeRegistry {
    readonly resolver: unknown;
    addFactory(factory: Factory, rank: number): void;
    createRenderer(mimeType: string): Renderer;
    getFactory(mimeType: string): Factory | undefined;
  }
  export const IRenderMimeRegistry: Token<IRenderMimeRegistry>;
}

declare module "@jupyterlab/notebook" {
  import type { IRenderMimeRegistry, Model } from "@jupyterlab/rendermime";
  import type { Token } from "@lumino/coreutils";
  import type { Panel, Widget } from "@lumino/widgets";
  export interface Signal<T> {
    connect(slot: (sender: unknown, value: T) => void): boolean;
    disconnect(slot: (sender: unknown, value: T) => void): boolean;
  }
  export interface SessionContext {
    kernelPreference: { readonly shouldStart?: boolean };
    readonly session: { readonly kernel: { hasComm(id: string): boolean } | null } | null;
    readonly statusChanged: Signal<string>;
    readonly kernelChanged: Signal<unknown>;
    readonly connectionStatusChanged: Signal<string>;
    readonly sessionChanged: Signal<unknown>;
  }
  export interface CellModel {
    readonly type: string;
    mimeType: string;
    readonly mimeTypeChanged: Signal<unknown>;
    readonly sharedModel: {
      getSource(): string;
      setSource(source: string): void;
      readonly changed: Signal<{ sourceChange?: unknown }>;
    };
    readonly outputs?: {
      readonly length: number;
      readonly changed: Signal<unknown>;
      get(index: number): Model & { toJSON(): unknown };
    };
  }
  export interface NotebookModel {
    dirty: boolean;
    /** The server writes it whenever it has changed, and tells no page before. */
    readonly collaborative?: boolean;
    readonly cells: { readonly changed: Signal<unknown>; [Symbol.iterator](): Iterator<CellModel> };
  }
  export interface Notebook extends Widget {
    readonly rendermime: IRenderMimeRegistry;
    readonly widgets: readonly (Widget & { readonly model: CellModel })[];
    readonly activeCell: { readonly model: CellModel } | null;
    activeCellIndex: number;
    deselectAll(): void;
    scrollToItem(index: number, align: "center"): Promise<void>;
  }
  export interface NotebookPanel extends Panel {
    readonly revealed: Promise<void>;
    readonly content: Notebook;
    readonly sessionContext: SessionContext;
    readonly context: {
      readonly path: string;
      readonly ready: Promise<void>;
      readonly model: NotebookModel;
      readonly saveState: Signal<string>;
    };
  }
  export interface INotebookTracker {
    readonly currentWidget: NotebookPanel | null;
    readonly widgetAdded: Signal<NotebookPanel>;
    find(test: (panel: NotebookPanel) => boolean): NotebookPanel | undefined;
    forEach(visit: (panel: NotebookPanel) => void): void;
  }
  export const INotebookTracker: Token<INotebookTracker>;
  export const NotebookActions: { insertBelow(notebook: Notebook): void };
}

declare module "@jupyterlab/console" {
  import type { SessionContext, Signal } from "@jupyterlab/notebook";
  import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";
  export interface ConsolePanel extends Widget {
    readonly console: {
      readonly rendermime: IRenderMimeRegistry;
      inject(code: string): Promise<void>;
    };
    readonly sessionContext: SessionContext & { readonly path: string; readonly ready: Promise<void> };
  }
  export interface IConsoleTracker {
    readonly widgetAdded: Signal<ConsolePanel>;
    find(test: (panel: ConsolePanel) => boolean): ConsolePanel | undefined;
  }
  export const IConsoleTracker: Token<IConsoleTracker>;
}

declare module "@jupyterlab/codemirror" {
  import type { Token } from "@lumino/coreutils";
  export interface Stream {
    sol(): boolean;
    next(): string | undefined;
    skipToEnd(): void;
    match(pattern: RegExp): unknown;
  }
  export interface Parser<State> {
    readonly name: string;
    startState(): State;
    token(stream: Stream, state: State): string | null;
    blankLine?(state: State): void;
  }
  export const EditorLanguageRegistry: { legacy<State>(parser: Parser<State>): unknown };
  export interface IEditorLanguageRegistry {
    addLanguage(language: { name: string; mime: string; support: unknown }): void;
    /** Loads what it has not yet loaded. */
    getLanguage(mime: string): Promise<unknown>;
  }
  export const IEditorLanguageRegistry: Token<IEditorLanguageRegistry>;
}

declare module "@jupyterlab/apputils" {
  import type { Token } from "@lumino/coreutils";
  export interface ICommandPalette {
    addItem(item: { command: string; category: string }): unknown;
  }
  export const ICommandPalette: Token<ICommandPalette>;
  export const Notification: {
    emit(
      message: string,
      type: "success" | "error" | "info",
      options: { autoClose: number; actions?: readonly { label: string; callback: () => void }[] },
    ): string;
  };
}

declare module "@jupyterlab/settingregistry" {
  import type { Token } from "@lumino/coreutils";
  export interface Settings {
    readonly composite: Readonly<Record<string, unknown>>;
    readonly changed: { connect(slot: () => void): boolean };
  }
  export interface ISettingRegistry {
    load(plugin: string): Promise<Settings>;
  }
  export const ISettingRegistry: Token<ISettingRegistry>;
}

declare module "@jupyterlab/filebrowser" {
  import type { Token } from "@lumino/coreutils";
  export interface IDefaultFileBrowser {
    readonly model: { readonly path: string };
  }
  export const IDefaultFileBrowser: Token<IDefaultFileBrowser>;
}

declare module "@jupyterlab/launcher" {
  import type { Token } from "@lumino/coreutils";
  export interface ILauncher {
    add(item: { command: string; category: string; rank: number }): unknown;
  }
  export const ILauncher: Token<ILauncher>;
}

declare module "@jupyterlab/statusbar" {
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";
  export interface IStatusBar {
    registerStatusItem(
      id: string,
      item: { item: Widget; align: "left" | "middle" | "right"; rank: number; isActive: () => boolean },
    ): unknown;
  }
  export const IStatusBar: Token<IStatusBar>;
}

declare module "@jupyterlab/ui-components" {
  export class LabIcon {
    constructor(options: { name: string; svgstr: string });
    element(props: { tag: "span" | "div" }): HTMLElement;
  }
}

declare module "@jupyterlab/services" {
  export interface ISettings {
    readonly baseUrl: string;
  }
  export namespace ServerConnection {
    function makeRequest(url: string, init: RequestInit, settings: ISettings): Promise<Response>;
    class ResponseError extends Error {
      readonly response: Response;
      static create(response: Response): Promise<ResponseError>;
    }
  }
}

declare module "@jupyterlab/application" {
  import type { Signal } from "@jupyterlab/notebook";
  import type { ISettings } from "@jupyterlab/services";
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";
  export interface ILayoutRestorer {
    add(widget: Widget, name: string): void;
  }
  export const ILayoutRestorer: Token<ILayoutRestorer>;
  export interface JupyterFrontEnd {
    /** "JupyterLab" or "Jupyter Notebook". */
    readonly name: string;
    readonly serviceManager: {
      readonly serverSettings: ISettings;
      readonly connectionFailure: Signal<unknown>;
      readonly contents: { localPath(path: string): string };
      readonly kernelspecs: {
        readonly ready: Promise<void>;
        readonly specs: { readonly kernelspecs: Readonly<Record<string, unknown>> } | null;
      };
      readonly events?: { readonly stream: Signal<unknown> };
    };
    readonly shell: {
      activateById(id: string): void;
      add(widget: Widget, area: string, options: { rank: number }): void;
    };
    readonly commands: {
      hasCommand(id: string): boolean;
      execute(id: string, args: unknown): Promise<unknown>;
      addCommand(
        id: string,
        options: {
          label: string | ((args: Record<string, unknown>) => string);
          caption?: string;
          icon?: unknown;
          describedBy?: unknown;
          isVisible?: () => boolean;
          execute(args: Record<string, unknown>): unknown;
        },
      ): unknown;
    };
  }
  export interface JupyterFrontEndPlugin {
    readonly id: string;
    readonly description: string;
    readonly autoStart: true;
    readonly requires?: readonly Token<unknown>[];
    readonly optional?: readonly Token<unknown>[];
    // biome-ignore lint/suspicious/noExplicitAny: the services follow the tokens in order, which no type tells
    activate(app: JupyterFrontEnd, ...services: any[]): unknown;
  }
}
