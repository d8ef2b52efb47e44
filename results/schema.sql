-- What breakeven stores. Compiled into the program from here, so this is the only copy.
--
-- A database is accepted only when its statements equal these letter by letter, so a change of any
-- of them raises user_version, and comments stand outside of them. A figure that is not known is
-- NULL, never 0. Times are in ns.

PRAGMA application_id = 0x6272656b; -- "brek"
PRAGMA user_version = 3;

-- One sweep. Its id is its handle. The seed is decimal text since it reaches 2^64-1. plan_text and
-- machine_json are JSON; started_at is in seconds since 1970, UTC.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    plan_text TEXT NOT NULL,
    label TEXT,
    machine_key TEXT NOT NULL,
    machine_json TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    build_id TEXT NOT NULL,
    seed TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    elapsed_ns INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    status TEXT NOT NULL
) STRICT;

-- params is a JSON object of strings and holds every axis, so that a new axis needs no new column;
-- id is the hash of it. position counts from 0 within the run.
CREATE TABLE configuration (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    params TEXT NOT NULL,
    role TEXT NOT NULL,
    block INTEGER NOT NULL,
    grain_asked_ns INTEGER,
    pu_count INTEGER,
    bound_order REAL,
    bound_best REAL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- One launch of the runner: all that is asked of many samples at once. What the runner itself said
-- stands apart, so that a million of these can be read without it. position counts from 0 within the
-- run, so that one that went missing is missed. From distinct_pus on: the figures of
-- harness/core/value.def, which says what they mean. transcript_hash is FNV-1a over the runner's
-- lines and hash another hash over the row and its counters, both as signed numbers.
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    position INTEGER NOT NULL,
    configuration INTEGER NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    started_ns INTEGER NOT NULL,
    elapsed_ns INTEGER,
    overhead_ns INTEGER,
    commit_ns INTEGER,
    wall_ns INTEGER,
    cold_wall_ns INTEGER,
    cpu_ns INTEGER,
    distinct_pus REAL,
    pool_start_ns REAL,
    worker_pss_bytes REAL,
    dispatcher_cpu_ns REAL,
    compute_ns REAL,
    codec_ns REAL,
    send_ns REAL,
    receive_ns REAL,
    merge_ns REAL,
    spin_ns REAL,
    busy_ns REAL,
    balance REAL,
    start_skew_ns REAL,
    start_idle_ns REAL,
    tail_ns REAL,
    tail_idle_ns REAL,
    latency_p50_ns REAL,
    latency_p99_ns REAL,
    latency_p999_ns REAL,
    latency_max_ns REAL,
    voluntary_switches REAL,
    involuntary_switches REAL,
    major_faults REAL,
    delay_ns REAL,
    migrations REAL,
    timed_passes REAL,
    pass_trend REAL,
    pass_drift REAL,
    peak_rss_bytes REAL,
    start_process_ns REAL,
    start_import_ns REAL,
    start_ready_ns REAL,
    stage_messages REAL,
    stage_encode_ns REAL,
    stage_send_ns REAL,
    stage_wake_ns REAL,
    stage_decode_ns REAL,
    stage_compute_ns REAL,
    stage_encode_result_ns REAL,
    stage_send_result_ns REAL,
    stage_wake_dispatcher_ns REAL,
    stage_decode_result_ns REAL,
    stage_merge_ns REAL,
    stage_claim_ns REAL,
    stage_pass_wake_ns REAL,
    stage_pass_end_ns REAL,
    chunk_mean REAL,
    chunk_most REAL,
    window_most REAL,
    coalesce_mean REAL,
    workers_replaced REAL,
    tasks_rerun REAL,
    tasks_given_up REAL,
    loss_detection_p50_ns REAL,
    worker_replacement_p50_ns REAL,
    transcript_hash INTEGER,
    hash INTEGER NOT NULL,
    FOREIGN KEY (run, configuration) REFERENCES configuration
) STRICT;

CREATE UNIQUE INDEX sample_of_run ON sample (run, position);

-- What came of an event that was to be counted, the worst of all workers. Samples of a run mostly
-- share it. position counts from 0 within the run; reason is '' where the event was counted.
CREATE TABLE event (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- An event over all workers of a sample: its value a timed pass, and the smallest share of the time
-- that a value scaled from it was counted for.
CREATE TABLE counter_sum (
    run INTEGER NOT NULL,
    sample INTEGER NOT NULL REFERENCES sample,
    event INTEGER NOT NULL,
    value REAL,
    share REAL,
    PRIMARY KEY (run, sample, event),
    FOREIGN KEY (run, event) REFERENCES event
) STRICT, WITHOUT ROWID;

-- The runner's lines as it wrote them: where the figures of a sample come from.
CREATE TABLE transcript (
    sample INTEGER PRIMARY KEY REFERENCES sample,
    lines TEXT NOT NULL
) STRICT;
