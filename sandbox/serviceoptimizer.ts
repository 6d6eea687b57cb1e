/**
 * ServiceOptimizer's notifications as awaken-and-serviceoptimizer.md §2 says that they are sent: stored until somebody
 * says `Success: true`, sent again till then, and deleted after some days. What is odd about one is a named switch.
 */

/** §2.2: the complete set of seven; "9" was "2" before 13.0. */
export const pushTypes = {
  cancel: '-1',
  create: '0',
  status: '5',
  reminder: '6',
  confirm: '7',
  change: '8',
  rebook: '9',
} as const;

/** Each with the line of the contract that has it. */
export const pushSwitches = {
  /** §2.3 item 2: "Body samples … lack the comma between `"Id": ""` and `"WorkStatus"`". */
  'no-comma': '§2.3',
  /** §2.3 item 7: "Whether numbers ever arrive unquoted: unknown". */
  unquoted: '§2.3',
  /** §2.4: "disStatus is null for unresourced jobs". */
  unresourced: '§2.4',
  /** §2.4: "a single object or array of objects". */
  list: '§2.4',
  /** §2.2: rebook before ServiceScheduling 13.0. */
  'rebook-2': '§2.2',
  /** §2.2: "Unassigned 1, 2 (≥13), 3, 4, ≥10". */
  unassigned: '§2.2',
  /** §2.4, "Undocumented: timeout, retry cadence": the answer comes too late for whoever sent it. */
  deaf: '§2.4',
} as const;
export type PushSwitch = keyof typeof pushSwitches;

type Push = { body: string; at: number; odd: PushSwitch | undefined; tries: number };

export type Sender = {
  /** Stores a notification; it is sent by the next `deliver`. */
  push(what: keyof typeof pushTypes, id: string, status?: string, odd?: PushSwitch): void;
  /** Sends all that nobody has taken, oldest first. @returns the answers, as they were read */
  deliver(): Promise<{ status: number; taken: boolean; text: string }[]>;
  /** How many nobody has taken. */
  left(): number;
};

function bodyOf(type: string, id: string, status: string, odd: PushSwitch | undefined): string {
  const work = { Id: id, WorkStatus: odd === 'unresourced' ? null : status };
  const one = {
    Type: odd === 'rebook-2' ? '2' : odd === 'unassigned' ? '14' : type,
    WorkItemType: '1',
    WorkItem: work,
  };
  const text = JSON.stringify(odd === 'list' ? [one] : one);
  if (odd === 'no-comma') return text.replace(',"WorkStatus"', ' "WorkStatus"');
  if (odd === 'unquoted') return text.replace(/"Type":"(-?\d+)","WorkItemType":"1"/, '"Type":$1,"WorkItemType":1');
  return text;
}

/**
 * @param authorization the value of `notification_jwt`, sent raw; blank: no header
 * @param code how strictly `Code` is read, §2.3 item 1
 * @param days `notification_days_before`: what nobody took by then is deleted
 */
export function makeSender({
  url,
  authorization,
  code = 'string',
  days = 3,
  now = Date.now,
}: {
  url: string;
  authorization: string;
  code?: 'string' | 'integer';
  days?: number;
  now?: () => number;
}): Sender {
  let queue: Push[] = [];
  const read = (text: string): boolean => {
    try {
      const { Success, Code, Message } = JSON.parse(text) as Record<string, unknown>;
      // §2.4: "Message required, may be empty".
      return Success === true && Code === (code === 'string' ? '0' : 0) && typeof Message === 'string';
    } catch {
      return false;
    }
  };
  return {
    push(what, id, status = 'Tentative', odd) {
      queue.push({ body: bodyOf(pushTypes[what], id, status, odd), at: now(), odd, tries: 0 });
    },
    async deliver() {
      queue = queue.filter(({ at }) => now() - at < days * 86_400_000);
      const answers: { status: number; taken: boolean; text: string }[] = [];
      for (const push of queue) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const response = await fetch(url, {
          method: 'POST',
          headers: {
            'user-agent': '"DataNotifier"',
            'content-type': 'application/json',
            ...(authorization && { authorization }),
          },
          body: push.body,
        });
        // oxlint-disable-next-line no-await-in-loop -- as above
        const text = await response.text();
        push.tries += 1;
        const taken = read(text) && !(push.odd === 'deaf' && push.tries === 1);
        answers.push({ status: response.status, taken, text });
        if (taken) queue = queue.filter((each) => each !== push);
      }
      return answers;
    },
    left: () => queue.length,
  };
}
