/**
 * The tables, as steps that are only ever added to. SQL of PostgreSQL 15 at most: Debian's server is that old.
 */
export const migrations: readonly string[] = [
  `
  create table hook (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('worklink', 'awaken')),
    hash bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
  );
  create table token (
    id bigint generated always as identity primary key,
    name text not null,
    scopes text[] not null,
    hash bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
  );

  -- What was delivered, as it came. What became of it stands in state and reason.
  create table event (
    id bigint generated always as identity primary key,
    source text not null check (source in ('worklink', 'serviceoptimizer', 'awaken')),
    via text not null,
    received_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    times integer not null default 1,
    same bytea not null,
    remote text,
    signed boolean not null default false,
    headers jsonb not null,
    body bytea not null,
    kind text,
    subject text,
    verb text,
    detail text,
    state text not null check (state in ('taken', 'ignored', 'parked')),
    reason text
  );
  create index event_same on event (same, received_at desc);
  create index event_received on event (received_at);
  create index event_subject on event (source, subject, received_at desc) where subject is not null;

  -- One use of a link, told by the extension.
  create table launch (
    id text primary key check (id ~ '^[A-Z2-7]{12}$'),
    desk text not null,
    kind text not null,
    case_id text not null,
    number text,
    target text,
    surface text,
    launched_at timestamptz not null,
    received_at timestamptz not null default now(),
    swept_at timestamptz,
    state text not null default 'open' check (state in ('open', 'seen', 'expired'))
  );
  create index launch_case on launch (desk, kind, case_id);
  create index launch_open on launch (swept_at nulls first) where state = 'open';

  -- One record of WorkLink's, however many events tell of it. match: how its case was found.
  create table session (
    id bigint generated always as identity primary key,
    resource_id text not null unique,
    type text,
    state text not null default 'waiting' check (state in ('waiting', 'read', 'parked')),
    reason text,
    -- Counts up with each hint, so that one that comes while the record is read is not lost.
    asked integer not null default 1,
    tries integer not null default 0,
    next_at timestamptz not null default now(),
    first_at timestamptz not null default now(),
    read_at timestamptz,
    data jsonb,
    started_at timestamptz,
    ended_at timestamptz,
    milliseconds bigint,
    launch_id text,
    match text check (match in ('launch', 'case', 'hand', 'none')),
    match_reason text,
    desk text,
    kind text,
    case_id text,
    number text
  );
  create index session_case on session (desk, kind, case_id) where desk is not null;
  create index session_waiting on session (next_at) where state = 'waiting';
  create index session_launch on session (launch_id) where launch_id is not null;
  create index session_unmatched on session (first_at) where match = 'none';

  -- What is to be written to a desk, once for each case, session and action.
  create table outbox (
    id bigint generated always as identity primary key,
    desk text not null,
    kind text not null,
    case_id text not null,
    session_id bigint not null references session (id),
    action text not null check (action in ('note')),
    marker text not null unique,
    body text not null,
    state text not null default 'waiting' check (state in ('waiting', 'writing', 'done', 'parked')),
    reason text,
    tries integer not null default 0,
    next_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    done_at timestamptz,
    unique (desk, kind, case_id, session_id, action)
  );
  create index outbox_open on outbox (next_at) where state in ('waiting', 'writing');
  create index outbox_session on outbox (session_id);

  -- A desk that refused the credential gets no more writes until a bridge starts with another one.
  create table stopped (
    desk text primary key,
    credential bytea not null,
    reason text not null,
    at timestamptz not null default now()
  );
  `,
  `
  -- Who a token is in Awaken, for pops.
  alter table token add column username text;

  -- One pop for each key of a token's. What was sent in it is not kept, but for ids.
  create table pop (
    id bigint generated always as identity primary key,
    token_id bigint not null references token (id),
    key text not null,
    -- The hash of the request, so that a key is not used for another.
    asked bytea not null,
    desk text not null,
    kind text not null,
    case_id text not null,
    pop_id text not null,
    username text not null,
    campaign text not null,
    reference text not null,
    -- The hash of SystemId, campaign and Reference; null without a Reference, which is a new record each time.
    record bytea,
    state text not null default 'sending' check (state in ('sending', 'sent', 'failed', 'unknown')),
    verdict jsonb,
    at timestamptz not null default now(),
    -- Put off again and again by the bridge that sends it; when it has passed, that bridge has died.
    lease timestamptz not null,
    done_at timestamptz,
    opened_at timestamptz,
    unique (token_id, key)
  );
  create index pop_case on pop (desk, kind, case_id);
  create index pop_record on pop (record, id desc) where record is not null;
  create index pop_reference on pop (reference, id desc);
  create index pop_at on pop (at);
  `,
  `
  -- A note at the start of a call, and fields, beside the note. accepted_at: when the desk said that it had written it;
  -- from then on it is only looked for, and looks counts how often.
  alter table outbox drop constraint outbox_action_check;
  alter table outbox add constraint outbox_action_check check (action in ('start', 'note', 'fields'));
  alter table outbox add column accepted_at timestamptz;
  alter table outbox add column looks integer not null default 0;
  `,
  `
  -- url: where the record is to be had without GraphQL, of WorkLink's own origin. quiet: found while older sessions were
  -- filled in, so that nothing is written to its case. unseen: how often WorkLink did not show it. turn: how often its
  -- note was given to another case.
  alter table session
    add column url text,
    add column quiet boolean not null default false,
    add column unseen integer not null default 0,
    add column turn integer not null default 0;
  create index session_quiet on session (id) where quiet and state = 'waiting';
  create index session_open on session (read_at) where state = 'read' and ended_at is null;

  -- When a bridge was connected to WorkLink first: what was over by then is old.
  create table connected (
    here boolean primary key default true check (here),
    at timestamptz not null default now()
  );
  -- WorkLink's lists of sessions, and how far older ones are filled in.
  create table listing (
    name text primary key,
    since timestamptz,
    cursor text,
    found integer not null default 0,
    done_at timestamptz
  );
  `,
  `
  -- When a case was opened, assigned, resolved and reopened, be there a call or not. seen_at: known to be so up to then.
  -- A change counts up revision, so that whoever copies the rows finds what changed.
  create sequence case_time_revision;
  create table case_time (
    id bigint generated always as identity primary key,
    desk text not null,
    kind text not null,
    case_id text not null,
    number text,
    queue text,
    priority text,
    asset_class text,
    status text,
    opened_at timestamptz not null,
    assigned_at timestamptz,
    resolved_at timestamptz check (resolved_at >= opened_at),
    reopened integer not null default 0,
    reopened_at timestamptz,
    source text not null check (source in ('desk', 'file')),
    seen_at timestamptz not null,
    revision bigint not null default nextval('case_time_revision'),
    unique (desk, kind, case_id)
  );
  create index case_time_opened on case_time (opened_at);
  create index case_time_revised on case_time (revision);
  create index session_started on session (started_at);
  create index launch_launched on launch (launched_at);

  -- How far a desk has been read: up to read_to nothing has changed since that is not in case_time.
  create table times_reading (
    desk text primary key,
    place jsonb,
    read_to timestamptz,
    at timestamptz not null default now(),
    trouble text
  );

  -- Who is signed in to the report: the hash of what their cookie holds.
  create table report_visit (
    hash bytea primary key,
    token_id bigint not null references token (id),
    ends_at timestamptz not null
  );
  `,
  `
  -- What technicians said when they came back to the case. The same word sent twice is one.
  create table wrapup (
    id bigint generated always as identity primary key,
    desk text not null,
    kind text not null,
    case_id text not null,
    launch_id text,
    outcome text not null check (outcome in ('solved', 'visit', 'no-answer')),
    trip_avoided boolean not null,
    at timestamptz not null,
    received_at timestamptz not null default now(),
    unique nulls not distinct (desk, kind, case_id, launch_id, at)
  );
  create index wrapup_at on wrapup (at);

  -- The place of a row in exports. It is given when somebody asks, one transaction at a time, so that no row ever gets a
  -- lower place than one that was already handed out, as ids do whose transactions end in another order. What changes
  -- loses its place and gets a new one.
  create sequence told;
  create function untold() returns trigger language plpgsql as $$
  begin
    if new.told is not distinct from old.told then
      new.told := null;
    end if;
    return new;
  end
  $$;
  alter table session add column told bigint unique;
  alter table launch add column told bigint unique;
  alter table outbox add column told bigint unique;
  alter table wrapup add column told bigint unique;
  alter table case_time add column told bigint unique;
  create trigger untold before update on session for each row execute function untold();
  create trigger untold before update on launch for each row execute function untold();
  create trigger untold before update on outbox for each row execute function untold();
  create trigger untold before update on wrapup for each row execute function untold();
  create trigger untold before update on case_time for each row execute function untold();
  create index session_untold on session (id) where told is null;
  create index launch_untold on launch (received_at) where told is null;
  create index outbox_untold on outbox (id) where told is null;
  create index wrapup_untold on wrapup (id) where told is null;
  create index case_time_untold on case_time (id) where told is null;
  `,
  `
  -- A session may be given to another case, and back: what is written in each turn is its own.
  alter table outbox
    add column turn integer not null default 0,
    drop constraint outbox_action_check,
    add constraint outbox_action_check check (action in ('start', 'note', 'fields', 'moved')),
    drop constraint outbox_desk_kind_case_id_session_id_action_key,
    add unique (desk, kind, case_id, session_id, action, turn);
  drop index session_unmatched;
  create index session_unmatched on session (id) where match = 'none' or state = 'parked';
  `,
  `
  -- Launches are looked for in WorkLink after a first session as well.
  create index launch_seen on launch (received_at) where state = 'seen';
  `,
  `
  -- Exports have their own place for each row.
  alter table case_time drop column revision;
  drop sequence case_time_revision;
  `,
  `
  -- What of the inbox is still raw, and what of it goes.
  drop index event_received;
  create index event_raw on event (received_at) where octet_length(body) > 0;
  create index event_gone on event (received_at) where not (source = 'serviceoptimizer' and state = 'taken');
  `,
  `
  -- What tools of others may build on: version 1 of these views stays as it is. They name nobody. docs/report.md
  create schema report_v1;
  create view report_v1.cases as
    select t.id, t.desk, t.kind, t.case_id, t.number, t.queue, t.priority, t.asset_class, t.status, t.opened_at,
      t.assigned_at, t.resolved_at, t.reopened, t.reopened_at,
      greatest(t.opened_at, coalesce(t.resolved_at, greatest(t.seen_at, case when t.source = 'desk' then r.read_to end)))
        as known_until
    from case_time t left join times_reading r on r.desk = t.desk;
  create view report_v1.calls as
    select id, resource_id, type, started_at, ended_at, milliseconds, launch_id, match, match_reason, desk, kind, case_id
    from session where state = 'read';
  create view report_v1.launches as
    select id, desk, kind, case_id, target, surface, launched_at, state from launch;
  create view report_v1.notes as
    select id, session_id, desk, kind, case_id, action, state, reason, created_at, done_at from outbox;
  create view report_v1.wrapups as
    select id, desk, kind, case_id, launch_id, outcome, trip_avoided, at from wrapup;
  `,
  `
  -- How far rows were handed over, to which target.
  create table handover (
    target text not null,
    kind text not null,
    cursor bigint not null default 0,
    primary key (target, kind)
  );
  `,
  `
  -- What the configuration calls the statuses of ServiceOptimizer's jobs, as of the last start.
  create table stage (
    instance text not null,
    raw text not null,
    stage text not null,
    primary key (instance, raw)
  );
  create view report_v1.job_events as
    select e.id, e.via as instance, e.subject as number, e.verb, e.detail as raw, s.stage, e.received_at as at
    from event e left join stage s on s.instance = e.via and s.raw = e.detail
    where e.source = 'serviceoptimizer' and e.state = 'taken';
  `,
  `
  -- How often a case was opened again is not known of every case.
  alter table case_time alter column reopened drop not null, alter column reopened drop default;
  `,
  `
  -- Up to when all of a list is known, by WorkLink's clock: sweeps look back so far.
  alter table listing add column seen_to timestamptz;
  `,
  `
  -- The places of job events in exports. What is told of one changes only when its stage is named otherwise.
  alter table event add column told bigint;
  create unique index event_told on event (told) where told is not null;
  create index event_untold on event (id) where told is null and source = 'serviceoptimizer' and state = 'taken';
  `,
  `
  -- lost: its desk does not show it any more, so that it is known to have been open up to seen_at only. checked: the last
  -- of the open cases that the desk was asked for.
  alter table case_time add column lost boolean not null default false;
  alter table times_reading add column checked bigint not null default 0;
  create index case_time_open on case_time (desk, id) where resolved_at is null and source = 'desk';
  create or replace view report_v1.cases as
    select t.id, t.desk, t.kind, t.case_id, t.number, t.queue, t.priority, t.asset_class, t.status, t.opened_at,
      t.assigned_at, t.resolved_at, t.reopened, t.reopened_at,
      greatest(t.opened_at, coalesce(t.resolved_at,
        greatest(t.seen_at, case when t.source = 'desk' and not t.lost then r.read_to end))) as known_until
    from case_time t left join times_reading r on r.desk = t.desk;
  `,
];
