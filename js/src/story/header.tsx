/** The head of a story: its name, what its shots have in common, what is asked, and what holds it back. */

import { IconButton } from "../components/button";
import { Icon, type IconName } from "../components/icons";
import type { StoryView } from "../kernel/protocol.gen";
import { ExportMenu } from "../sheet/export-menu";
import { Question } from "../sheet/question";
import type { Desk } from "./desk";
import { JoinIcon } from "./icons";
import { strings } from "./strings";
import { isMaking } from "./words";

export interface PartProps {
  readonly desk: Desk;
  readonly story: StoryView;
}

interface ActionProps {
  readonly icon: IconName;
  readonly label: string;
  readonly hint?: string;
  readonly onClick: () => void;
}

function Action({ icon, label, hint, onClick }: ActionProps) {
  return (
    <button type="button" class="videogen-button" title={hint ?? label} onClick={onClick}>
      <Icon name={icon} />
      <span class="videogen-brief">{label}</span>
    </button>
  );
}

const exportKinds = ["html", "zip", "csv"] as const;

function Actions({ desk, story }: PartProps) {
  const isOpen = story.shots.some((shot) => isMaking(shot) || shot.state === "waiting");
  const isHeld = story.state === "paused" || (story.state === "planned" && story.question === null);
  return (
    <fieldset class="videogen-story-actions" aria-label={strings.actions} data-part="actions">
      {story.state === "running" && isOpen && (
        <Action
          icon="pause"
          label={strings.pause}
          hint={strings.pauseHint}
          onClick={() => void desk.act("pause")}
        />
      )}
      {isHeld && <Action icon="play" label={strings.resume} onClick={() => void desk.act("resume")} />}
      {/* Only then: nobody cancels a story with one slip of the hand. */}
      {story.state === "paused" && isOpen && (
        <Action icon="close" label={strings.cancelRest} onClick={() => void desk.act("cancel")} />
      )}
      <ExportMenu kinds={exportKinds} onPick={(kind) => void desk.export(kind)} />
    </fieldset>
  );
}

function Notices({ desk, story }: PartProps) {
  const fault = desk.fault.value;
  const lines = [
    desk.session.connection.disconnected.value && strings.away,
    story.state === "elsewhere" && strings.elsewhere,
    ...story.notices,
  ].filter((line): line is string => Boolean(line));
  return (
    <>
      {lines.map((line) => (
        <p class="videogen-grid-notice" key={line}>
          <Icon name="alert" />
          <span dir="auto">{line}</span>
        </p>
      ))}
      {/* Always in the page: an alert that is inserted together with its text is often not read. */}
      <div role="alert" data-part="fault">
        {fault && (
          <p class="videogen-grid-notice is-fault">
            <Icon name="alert" />
            <span dir="auto">{`${fault.message} ${fault.next}`.trim()}</span>
            <IconButton
              bare
              icon="close"
              label={strings.close}
              onClick={() => {
                desk.fault.value = null;
              }}
            />
          </p>
        )}
      </div>
    </>
  );
}

export function Header({ desk, story }: PartProps) {
  const { question } = story;
  return (
    <div class="videogen-story-head">
      <div class="videogen-story-title">
        <JoinIcon />
        <h3 title={story.name}>
          <bdi>{story.name}</bdi>
        </h3>
        <span class="videogen-hint">
          <bdi>{story.facts}</bdi>
        </span>
        {!desk.isStill && <Actions desk={desk} story={story} />}
      </div>
      {question && !desk.isStill && (
        <div data-part="question">
          <Question
            key={question.token}
            question={question}
            onAnswer={(answer) => void desk.answer(answer, question)}
          />
        </div>
      )}
      <Notices desk={desk} story={story} />
    </div>
  );
}
