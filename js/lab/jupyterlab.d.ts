// The parts of JupyterLab 4.2 to 4.6 that the extension uses. The browser tests hold them to be true; the packages'
// own types would be 282 packages more.

declare module "@lumino/coreutils" {
  export class Token<T> {
    readonly name: string;
    protected readonly held: T;
  }
}

declare module "@lumino/widgets" {
  export class Widget {
    readonly node: HTMLElement;
    readonly isDisposed: boolean;
    readonly isVisible: boolean;
    addClass(name: string): void;
    setHidden(hidden: boolean): void;
    dispose(): void;
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
  }
  export interface NotebookPanel extends Panel {
    readonly id: string;
    readonly content: Notebook;
    readonly sessionContext: SessionContext;
    readonly context: {
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
  import type { SessionContext } from "@jupyterlab/notebook";
  import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
  import type { Token } from "@lumino/coreutils";
  export interface ConsolePanel {
    readonly id: string;
    readonly console: { readonly rendermime: IRenderMimeRegistry };
    readonly sessionContext: SessionContext;
  }
  export interface IConsoleTracker {
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
  export const Notification: {
    emit(
      message: string,
      type: "success" | "error" | "info",
      options: { autoClose: number; actions: readonly { label: string; callback: () => void }[] },
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

declare module "@jupyterlab/application" {
  import type { Token } from "@lumino/coreutils";
  export interface JupyterFrontEnd {
    readonly shell: { activateById(id: string): void };
    readonly commands: {
      addCommand(
        id: string,
        options: { label: string; describedBy?: unknown; execute(args: Record<string, unknown>): unknown },
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
