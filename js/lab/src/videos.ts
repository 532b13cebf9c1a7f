/** Panel, status item and notifications, which share one feed of jobs. */

import type { ILayoutRestorer, JupyterFrontEnd } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import type { IStatusBar } from "@jupyterlab/statusbar";
import type { ToldJob } from "./bundle";
import { FedRecords } from "./fed-records";
import { Feed } from "./feed";
import { GridEnds } from "./grid-ends";
import { offer } from "./host";
import { JobFeed } from "./job-feed";
import type { Job } from "./jobs";
import { canOpen, NEW } from "./new-video";
import { type Actions, PANEL, VideosPanel } from "./panel";
import { followSettings } from "./settings";
import { createShow, followAddress, type Show } from "./show";
import { addStatus } from "./status";
import styles from "./styles.css";
import { createEnds, scrollTo } from "./toast";

export const SHOW_PANEL = "jupyter-videogen:show-panel";
/** Below the host's own panels. */
const RANK = 350;

export interface Surroundings {
  readonly app: JupyterFrontEnd;
  readonly plugin: string;
  readonly notebooks: INotebookTracker;
  readonly settings: ISettingRegistry | null;
  readonly statusBar: IStatusBar | null;
  readonly restorer: ILayoutRestorer | null;
}

/** What outputs have to do with it. */
export interface ForOutputs {
  /** Takes the jobs that an output shows. */
  onJobs(jobs: readonly ToldJob[], node: HTMLElement): void;
  readonly records: FedRecords;
}

/** Add all of it. */
export function addVideos(given: Surroundings): ForOutputs {
  const { app, notebooks, restorer, statusBar } = given;
  document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
  const isOn = followSettings(given.settings, given.plugin, () => refresh());
  const goTo = createShow(app, notebooks);
  const showOne = async (id: string) => {
    const node = ends.nodeOf(id);
    if (node) return scrollTo(app, notebooks, node);
    const job = await feed.find(id);
    if (job) await showJob(job, goTo, feed);
  };
  const showPanel = () => {
    place();
    app.shell.activateById(PANEL);
  };
  const ends = createEnds(app, isOn, { one: (id) => void showOne(id), all: showPanel });
  const grids = new GridEnds((id) => feed.read(id), ends.hear);
  const feed: Feed = new Feed(app, ({ id, state, prompt }) => {
    const known = feed.making.find((job) => job.id === id);
    void grids.hear({ id, state, title: prompt }, known?.grid ?? null);
  });
  const panel = new VideosPanel(feed, createActions(given, feed, goTo));
  const status = addStatus(app, statusBar, feed, () => isOn("status"), showPanel);
  /** Put the panel where it belongs, or away: switched off, or without our server. */
  const place = () => {
    const isWanted = isOn("panel") && feed.isThere !== false;
    if (isWanted && !panel.isAttached) app.shell.add(panel, "left", { rank: RANK });
    if (!isWanted && panel.parent) panel.parent = null;
  };
  const refresh = () => {
    place();
    panel.refresh();
    status.refresh();
  };
  app.commands.addCommand(SHOW_PANEL, {
    label: "Show videos",
    isVisible: () => isOn("panel") && feed.isThere === true,
    execute: showPanel,
  });
  feed.listen(refresh);
  place();
  restorer?.add(panel, PANEL);
  feed.start();
  followAddress(app, notebooks);
  const jobs = new JobFeed(feed);
  offer({ asked: feed.whenThere().then((isThere) => offer(isThere ? { server: jobs } : {})) });
  return { onJobs: ends.see, records: new FedRecords(feed, jobs) };
}

/** Go to the job's cell; a clip that stands in no notebook opens by itself. */
async function showJob(job: Job, goTo: Show, feed: Feed): Promise<void> {
  if (await goTo(job)) return;
  const [clip] = job.clips;
  if (clip) window.open(feed.address(clip.url));
  else
    Notification.emit("No notebook that can be opened here holds this video.", "info", { autoClose: 5000 });
}

function createActions({ app, notebooks }: Surroundings, feed: Feed, goTo: Show): Actions {
  return {
    canCreate: () => canOpen(app),
    create: () => void app.commands.execute(NEW, {}),
    show: (job) => void showJob(job, goTo, feed),
    cancel: async (job) => {
      const why = await feed.cancel(job.id);
      if (why) Notification.emit(why, "error", { autoClose: 10_000 });
    },
    place: () => {
      const path = notebooks.currentWidget?.context.path;
      return path ? app.serviceManager.contents.localPath(path) : ".";
    },
  };
}
